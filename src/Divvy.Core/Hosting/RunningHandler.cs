namespace Divvy.Core.Hosting;

/// <summary>The handler call of a shard that has not ended yet.</summary>
internal sealed class RunningHandler(HandlerCall call, long sinceMs)
{
    public HandlerCall Call { get; } = call;

    public long SinceMs { get; } = sinceMs;

    public bool Cancelled { get; set; }

    public bool TimedOut { get; set; }
}
