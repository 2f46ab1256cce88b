using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>What a timer is about.</summary>
internal enum DueKind
{
    /// <summary>A handler call runs for too long.</summary>
    Handler,

    /// <summary>A shard wants another look: a retry, a grace, an acknowledgement to repeat.</summary>
    Shard,

    /// <summary>A request has waited long enough.</summary>
    Request,
}

/// <summary>Timers in order of time. One that no longer matters stays and is ignored when it comes.</summary>
internal sealed class DueQueue
{
    private readonly PriorityQueue<(DueKind Kind, ShardId Shard, long Id), (long AtMs, long Order)> queue = new();
    private long order;

    public long? NextMs => queue.TryPeek(out _, out var due) ? due.AtMs : null;

    public void Add(long atMs, DueKind kind, ShardId shard, long id) =>
        queue.Enqueue((kind, shard, id), (atMs, ++order));

    public bool TryTake(long nowMs, out (DueKind Kind, ShardId Shard, long Id) due)
    {
        due = default;
        if (!queue.TryPeek(out _, out var at) || at.AtMs > nowMs)
        {
            return false;
        }

        due = queue.Dequeue();
        return true;
    }
}
