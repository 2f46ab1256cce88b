using Divvy.Coordination.Mirror;
using Divvy.Coordination.Sessions;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Routing;

/// <summary>What one router is owed: the shards that changed since its last message, and not a queue of messages, so
/// that a slow router gets fewer and newer updates and memory is bounded by the number of shards.
/// Thread-safe.</summary>
internal sealed class RoutingSubscriber
{
    private readonly Lock gate = new();
    private readonly SortedSet<ShardId> dirty = [];
    private readonly SemaphoreSlim signal = new(1);
    private bool snapshotDue = true;

    public void Observe(NamespaceDelta change)
    {
        lock (gate)
        {
            foreach (var shard in change.Shards)
            {
                if (Concerns(shard))
                    dirty.Add(shard.Shard);
            }
            if (dirty.Count == 0 || signal.CurrentCount > 0)
                return;
        }
        signal.Release();
    }

    public Task WaitAsync(CancellationToken cancellationToken) => signal.WaitAsync(cancellationToken);

    /// <summary>The next message, made from the newest snapshot; null: nothing is due.</summary>
    /// <param name="newest">Reads the newest snapshot; asked while no change can be noted, so that a note is never
    /// taken with a snapshot from before the change.</param>
    /// <param name="name">The namespace routed to.</param>
    public RoutingUpdate? TryTake(Func<StoreSnapshot> newest, string name)
    {
        lock (gate)
        {
            var snapshot = newest();
            var space = snapshot.Get(name);
            var update = new RoutingUpdate
            {
                Revision = snapshot.Revision.Value,
                Mode = RoleMessages.ToMessage(space.Config?.Mode ?? OwnershipMode.Exclusive),
                Layout = RoleMessages.ToMessage(space.Config?.Layout ?? NamespaceLayout.Fixed),
            };
            if (snapshotDue)
            {
                snapshotDue = false;
                dirty.Clear();
                update.Snapshot = true;
                update.Routes.AddRange(space.Shards.Values.Select(shard => ToRoute(shard, space)));
                return update;
            }
            if (dirty.Count == 0)
                return null;
            foreach (var shard in dirty)
            {
                if (space.Shards.TryGetValue(shard, out var version))
                    update.Routes.Add(ToRoute(version, space));
                else
                    update.Removed.Add(shard.Value);
            }
            dirty.Clear();
            return update;
        }
    }

    /// <summary>Routers follow every version of a record: requests carry its revision, and an instance holds what is
    /// ahead of it (R16), so only what routing reads counts as a change. A move that is given up does: an instance
    /// may have
    /// named the next owner to a router, which only a newer version of the record corrects.</summary>
    private static bool Concerns(ShardChange change) =>
        change.Before?.Record is not { } before || change.After?.Record is not { } after
        || before.Owner != after.Owner || before.Generation != after.Generation || before.Range != after.Range
        || (before.Next is not null && after.Next is null);

    private static Route ToRoute(in VersionedShard shard, NamespaceSnapshot space)
    {
        var record = shard.Record;
        var route = new Route
        {
            Shard = record.Shard.Value,
            RangeStart = record.Range.Start,
            RangeEnd = record.Range.End,
            Generation = record.Generation.Value,
            Revision = shard.Revision.Value,
        };
        if (record.Owner is { } owner)
            route.Owner = RoleMessages.ToPeer(owner, space.AddressOf(owner));
        return route;
    }
}
