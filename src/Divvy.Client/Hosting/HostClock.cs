namespace Divvy.Client.Hosting;

/// <summary>The two clocks of a host: a monotonic one, in the milliseconds the machine counts in, and the wall clock
/// for what goes into journals.</summary>
internal sealed class HostClock(TimeProvider time)
{
    private const long NanosecondsPerTick = 100;
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly long origin = time.GetTimestamp();

    public TimeProvider Time => time;

    /// <summary>Milliseconds since the host was made, rounded down.</summary>
    public long NowMs => time.GetElapsedTime(origin).Ticks / TimeSpan.TicksPerMillisecond;

    /// <summary>Nanoseconds since 1970.</summary>
    public long UnixNanoseconds => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick;

    /// <summary>What the wall clock showed at a moment that lies back.</summary>
    public long UnixNanosecondsAt(long pastMs)
    {
        var ago = (time.GetElapsedTime(origin).Ticks * NanosecondsPerTick) - (pastMs * NanosecondsPerMillisecond);
        return UnixNanoseconds - ago;
    }
}
