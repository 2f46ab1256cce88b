using System.Diagnostics.CodeAnalysis;

namespace Divvy.Core.Hosting;

/// <summary>Which shards wait for a handler call, and how many calls run. Calls on the way of ownership go first: a
/// shard nobody serves is worse than one prepared late.</summary>
internal sealed class HandlerSlots(HostMachineOptions options)
{
    private readonly Queue<HostedShard> urgent = [];
    private readonly Queue<HostedShard> normal = [];
    private readonly Dictionary<long, HostedShard> running = [];
    private long lastOperation;
    private int used;

    public int Running => running.Count;

    public void Enqueue(HostedShard shard)
    {
        if (shard.Kind == ShardRole.Active || shard.IsYielding)
        {
            if (!shard.QueuedUrgent)
            {
                shard.QueuedUrgent = true;
                urgent.Enqueue(shard);
            }
        }
        else if (!shard.QueuedNormal)
        {
            shard.QueuedNormal = true;
            normal.Enqueue(shard);
        }
    }

    /// <summary>The next shard with a call due, while a slot is free.</summary>
    public bool TryNext(long nowMs, [NotNullWhen(true)] out HostedShard? shard, out HandlerKind kind)
    {
        while (used < options.MaxConcurrentHandlers && TryDequeue(out shard))
        {
            if (shard.NextCall(nowMs) is { } due)
            {
                kind = due;
                return true;
            }
        }

        shard = null;
        kind = default;
        return false;
    }

    public long Start(HostedShard shard)
    {
        used++;
        running[++lastOperation] = shard;
        return lastOperation;
    }

    /// <summary>The shard whose call this is; null: no such call runs.</summary>
    public HostedShard? Find(long operation) => running.GetValueOrDefault(operation);

    /// <summary>A call runs for too long to hold up others.</summary>
    public void GiveUpSlot() => used--;

    public void Finish(long operation, bool heldSlot)
    {
        running.Remove(operation);
        used -= heldSlot ? 1 : 0;
    }

    private bool TryDequeue([NotNullWhen(true)] out HostedShard? shard)
    {
        if (urgent.TryDequeue(out shard))
        {
            shard.QueuedUrgent = false;
            return true;
        }

        if (normal.TryDequeue(out shard))
        {
            shard.QueuedNormal = false;
            return true;
        }

        return false;
    }
}
