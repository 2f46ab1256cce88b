namespace Divvy.Streams.Kinesis.Retrying;

/// <summary>How long to wait before a call is tried again, if at all.</summary>
/// <remarks>The pause grows by the factor two with every try. After an internal failure it is drawn from zero up to
/// that (full jitter: many clients that failed together come back spread out). After throttling it is drawn from its
/// upper half, since coming back at once would be throttled again, and multiplied by the pressure: a number that
/// doubles with each throttled answer of any call and shrinks slowly with each success, so that a client of many shards
/// as a whole slows down to what the service grants. Thread-safe.</remarks>
internal sealed class RetryPolicy(RetryOptions options, Random random)
{
    internal const double MaxPressure = 16;
    private const double PressureRise = 2;
    private const double PressureFall = 0.95;

    private readonly Lock gate = new();
    private double pressure = 1;

    /// <summary>By how much pauses after throttling are longer than usual: 1 to <see cref="MaxPressure"/>.</summary>
    public double Pressure
    {
        get
        {
            lock (gate)
                return pressure;
        }
    }

    /// <summary>A call was answered.</summary>
    public void Succeeded()
    {
        lock (gate)
            pressure = Math.Max(1, pressure * PressureFall);
    }

    /// <summary>A try failed.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="attempt">Which try it was, from 1.</param>
    /// <param name="elapsed">Time since the first began.</param>
    /// <returns>The pause before the next; null: give up.</returns>
    public TimeSpan? Failed(FailureKind kind, int attempt, TimeSpan elapsed)
    {
        double dice, factor;
        lock (gate)
        {
            if (kind == FailureKind.Throttled)
                pressure = Math.Min(MaxPressure, pressure * PressureRise);
            factor = pressure;
            dice = random.NextDouble();
        }
        if (kind == FailureKind.Final || attempt >= options.MaxAttempts)
            return null;
        var delay = kind switch
        {
            FailureKind.Throttled => Longest(attempt, factor) * (0.5 + dice / 2),
            FailureKind.Transient => Longest(attempt, 1) * dice,
            _ => TimeSpan.Zero,
        };
        return elapsed + delay > options.GiveUpAfter ? null : delay;
    }

    private TimeSpan Longest(int attempt, double factor)
    {
        var milliseconds = options.BaseDelay.TotalMilliseconds * Math.Pow(2, attempt - 1) * factor;
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, options.MaxDelay.TotalMilliseconds));
    }
}
