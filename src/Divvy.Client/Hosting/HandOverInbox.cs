using Divvy.Core.Identity;

namespace Divvy.Client.Hosting;

/// <summary>States that former owners sent for shards that are on their way here. Each counts only under the revision
/// of the yield it was sent in: the ADD names that revision, and any other state is discarded (R14).
/// Thread-safe.</summary>
/// <param name="maxBytes">How much may wait in all.</param>
internal sealed class HandOverInbox(long maxBytes)
{
    private readonly Lock gate = new();
    private readonly Dictionary<ShardId, (Revision Revision, HandOver State)> states = [];
    private long bytes;

    /// <summary>False: there is no room. A newer state replaces an older one, an older one is dropped in
    /// silence.</summary>
    public bool TryKeep(ShardId shard, Revision revision, HandOver state)
    {
        lock (gate)
        {
            var known = states.TryGetValue(shard, out var held);
            if (known && held.Revision > revision)
                return true;
            var after = bytes + state.State.Length - (known ? held.State.State.Length : 0);
            if (after > maxBytes)
                return false;
            states[shard] = (revision, state);
            bytes = after;
            return true;
        }
    }

    /// <summary>The state sent under exactly this revision.</summary>
    public HandOver? Find(ShardId shard, Revision revision)
    {
        lock (gate)
        {
            return revision != Revision.None && states.TryGetValue(shard, out var held) && held.Revision == revision
                ? held.State
                : null;
        }
    }

    public void Discard(ShardId shard)
    {
        lock (gate)
        {
            if (states.Remove(shard, out var held))
                bytes -= held.State.State.Length;
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            states.Clear();
            bytes = 0;
        }
    }
}
