using System.Diagnostics.CodeAnalysis;

namespace Divvy.Core.Hosting;

/// <summary>Which shards wait for a handler call, and how many calls run. Calls on the way of ownership go first: a
/// shard nobody serves is worse than one prepared late.</summary>
internal sealed class HandlerSlots(HostMachineOptions options)
{
    private readonly Queue<HostedShard> _urgent = [];
    private readonly Queue<HostedShard> _normal = [];
    private readonly Dictionary<long, HostedShard> _running = [];
    private long _lastOperation;
    private int _used;

    public int Running => _running.Count;

    public void Enqueue(HostedShard shard)
    {
        if (shard.Kind == ShardRole.Active || shard.IsYielding)
        {
            if (!shard.QueuedUrgent)
            {
                shard.QueuedUrgent = true;
                _urgent.Enqueue(shard);
            }
        }
        else if (!shard.QueuedNormal)
        {
            shard.QueuedNormal = true;
            _normal.Enqueue(shard);
        }
    }

    /// <summary>The next shard with a call due, while a slot is free.</summary>
    public bool TryNext(long nowMs, [NotNullWhen(true)] out HostedShard? shard, out HandlerKind kind)
    {
        while (_used < options.MaxConcurrentHandlers && TryDequeue(out shard))
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
        _used++;
        _running[++_lastOperation] = shard;
        return _lastOperation;
    }

    /// <summary>The shard whose call this is; null: no such call runs.</summary>
    public HostedShard? Find(long operation) => _running.GetValueOrDefault(operation);

    /// <summary>A call runs for too long to hold up others.</summary>
    public void GiveUpSlot() => _used--;

    public void Finish(long operation, bool heldSlot)
    {
        _running.Remove(operation);
        _used -= heldSlot ? 1 : 0;
    }

    private bool TryDequeue([NotNullWhen(true)] out HostedShard? shard)
    {
        if (_urgent.TryDequeue(out shard))
        {
            shard.QueuedUrgent = false;
            return true;
        }

        if (_normal.TryDequeue(out shard))
        {
            shard.QueuedNormal = false;
            return true;
        }

        return false;
    }
}
