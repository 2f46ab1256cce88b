using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Steps;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Events;

/// <summary>Writes the event history: one key for the steps of one transaction, in that transaction.
/// Thread-safe.</summary>
internal sealed class EventFactory(StoreLayout layout, TimeProvider time, string server)
{
    private long last;

    public EtcdOp Put(string space, IReadOnlyList<ShardStep> steps)
    {
        var now = time.GetUtcNow();
        var batch = new EventBatch(server, [.. steps.Select(step => Describe(step, now))]);
        return EtcdOp.Put(layout.Event(space, NextSequence(now), server), StoreCodec.Encode(batch));
    }

    /// <summary>Microseconds since 1970, but always more than the one before: a name, not a clock.</summary>
    private long NextSequence(DateTimeOffset now)
    {
        var wanted = (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            var seen = Interlocked.Read(ref last);
            var next = Math.Max(wanted, seen + 1);
            if (Interlocked.CompareExchange(ref last, next, seen) == seen)
                return next;
        }
    }

    private static ShardEvent Describe(ShardStep planned, DateTimeOffset now)
    {
        var after = planned.Step.Replacement;
        return new ShardEvent
        {
            Kind = planned.Step.Kind,
            Shard = planned.Step.Shard.Value,
            From = Text(planned.Before?.Owner),
            To = Text(after?.Next ?? after?.Owner),
            Generation = (after ?? planned.Before)?.Generation.Value ?? 0,
            Reason = planned.Step.Reason,
            Time = now,
        };
    }

    private static string? Text(SessionRef? session) => session?.ToString();
}
