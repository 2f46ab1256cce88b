namespace Divvy.Coordination.Timing;

/// <summary>Milliseconds since the clock was made, for the cores that are given the time.</summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();

    public long NowMs => (long)time.GetElapsedTime(start).TotalMilliseconds;
}
