using Divvy.Core.Hosting;

namespace Divvy.Client.Hosting;

/// <summary>The machine's limits from what the user said; the rest keeps the machine's defaults.</summary>
internal static class MachineOptions
{
    public static HostMachineOptions From(ShardHostOptions options) => new()
    {
        MaxConcurrentHandlers = options.MaxConcurrentHandlers,
        HandlerTimeoutMs = Milliseconds(options.HandlerTimeout),
        ForwardForMs = Milliseconds(options.ForwardFor),
        MaxWaitMs = Milliseconds(options.MaxQueueTime),
        MaxWaitingPerShard = options.QueueLimit,
        MaxWaiting = options.TotalQueueLimit,
    };

    private static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
