namespace Divvy.Cli.Load;

/// <summary>An open loop: request i is due at i / rate from the start, whatever became of the requests before
/// it.</summary>
internal sealed class RequestSchedule(double requestsPerSecond, TimeSpan duration)
{
    // Due times are rounded to the clock's ticks: a time this close to a request's is that request's.
    private const double Rounding = 1e-4;

    /// <summary>How many requests the run has.</summary>
    public long Total { get; } = (long)Math.Ceiling(requestsPerSecond * duration.TotalSeconds);

    public TimeSpan DueAt(long request) => TimeSpan.FromSeconds(request / requestsPerSecond);

    /// <summary>How many requests are due by this time.</summary>
    public long DueBy(TimeSpan elapsed) =>
        elapsed < TimeSpan.Zero
            ? 0
            : Math.Min(Total, (long)Math.Floor((elapsed.TotalSeconds * requestsPerSecond) + Rounding) + 1);
}
