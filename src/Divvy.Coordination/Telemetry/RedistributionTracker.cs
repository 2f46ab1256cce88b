using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Telemetry;

/// <summary>Measures how long shards are between owners: from the revocation, or the end of the owner's session, to the
/// new owner's word that it serves; and how long planned moves take. Remembers one time per shard that is under way.
/// Thread-safe.</summary>
internal sealed class RedistributionTracker(TimeProvider time, CoordinationMetrics metrics)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Space, ShardId Shard), Mark> revoked = [];
    private readonly Dictionary<(string Space, ShardId Shard), long> moving = [];

    public void Observe(NamespaceDelta change)
    {
        lock (gate)
        {
            foreach (var instance in change.Instances)
            {
                if (instance.Before is { } gone && instance.After?.Ref != gone.Ref)
                    SessionEnded(change, gone.Ref);
            }
            foreach (var shard in change.Shards)
                Observe(change.Name, shard);
        }
    }

    /// <summary>The owner says that it serves. Returns how long the shard was between owners, if that is
    /// known.</summary>
    public TimeSpan? Activated(string space, ShardId shard)
    {
        Mark mark;
        lock (gate)
        {
            if (!revoked.Remove((space, shard), out mark))
                return null;
        }
        var duration = time.GetElapsedTime(mark.Since);
        metrics.Redistributed(space, mark.Planned, duration);
        return duration;
    }

    private void SessionEnded(NamespaceDelta change, SessionRef session)
    {
        foreach (var shard in change.Before.ShardsOf(session.Session))
        {
            if (change.Before.Shards[shard].Record.Owner == session)
                revoked.TryAdd((change.Name, shard), new Mark(time.GetTimestamp(), Planned: false));
        }
    }

    private void Observe(string space, ShardChange change)
    {
        var key = (space, change.Shard);
        if (change.After?.Record is not { } after)
        {
            revoked.Remove(key);
            moving.Remove(key);
            return;
        }
        var before = change.Before?.Record;
        if (after.Phase == ShardPhase.Preparing && before?.Phase != ShardPhase.Preparing)
            moving[key] = time.GetTimestamp();
        if (after.Phase == ShardPhase.Yielding && before?.Phase != ShardPhase.Yielding)
            revoked[key] = new Mark(time.GetTimestamp(), Planned: true);
        if (after.Phase != ShardPhase.Stable)
            return;
        if (moving.Remove(key, out var since))
        {
            var outcome = after.Owner == before?.Next ? "finished"
                : after.Owner == before?.Owner ? "cancelled"
                : "overtaken";
            metrics.MoveEnded(space, outcome, time.GetElapsedTime(since));
        }
        if (after.Owner == before?.Owner)
            revoked.Remove(key);
        else if (before is { Owner: not null, Phase: ShardPhase.Preparing } && after.Owner is not null)
            // Both commits came in one step of the mirror: the revocation was not seen, and is no older than that.
            revoked.TryAdd(key, new Mark(time.GetTimestamp(), Planned: true));
    }

    private readonly record struct Mark(long Since, bool Planned);
}
