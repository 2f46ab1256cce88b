using System.Collections.Immutable;
using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>Applies the changes of one step to one namespace's snapshot and says what they changed. Used once, by one
/// thread. A value that cannot be read is reported and skipped.</summary>
internal sealed class NamespaceEditor(NamespaceSnapshot before, Action<string, string> reportUnreadable)
{
    private readonly ImmutableSortedDictionary<InstanceId, MirroredInstance>.Builder instances =
        before.Instances.ToBuilder();

    private readonly ImmutableSortedDictionary<InstanceId, OperatorStatus>.Builder statuses =
        before.Statuses.ToBuilder();

    private readonly ImmutableSortedDictionary<ShardId, VersionedShard>.Builder shards = before.Shards.ToBuilder();
    private readonly ImmutableSortedSet<ShardId>.Builder unreadable = before.Unreadable.ToBuilder();

    private readonly ImmutableSortedDictionary<string, MirroredCandidate>.Builder candidates =
        before.Candidates.ToBuilder();

    private readonly ImmutableSortedDictionary<string, MirroredEvents>.Builder events = before.Events.ToBuilder();

    private readonly ImmutableDictionary<SessionId, ImmutableHashSet<ShardId>>.Builder shardsBySession =
        before.ShardsBySession.ToBuilder();

    private readonly SortedSet<ShardId> touchedShards = [];
    private readonly SortedSet<InstanceId> touchedInstances = [];
    private NamespaceConfig? config = before.Config;
    private Revision configRevision = before.ConfigRevision;
    private int eventCount = before.EventCount;

    public void Put(in StoreKey key, Kv kv)
    {
        switch (key.Kind)
        {
            case StoreKeyKind.Namespace:
                PutConfig(kv);
                break;
            case StoreKeyKind.Service:
                PutInstance(new InstanceId(key.Name), kv);
                break;
            case StoreKeyKind.Status:
                if (Read(kv, StoreCodec.TryDecode(kv.Value.Span, out StatusRecord? status, out var error), error))
                    statuses[new InstanceId(key.Name)] = status!.Status;
                break;
            case StoreKeyKind.Shard:
                PutShard(new ShardId(key.Name), kv);
                break;
            case StoreKeyKind.Leader:
                if (Read(kv, StoreCodec.TryDecode(kv.Value.Span, out LeaderRecord? leader, out error), error))
                    candidates[key.Name] = new MirroredCandidate(leader!.Server, new Revision(kv.CreateRevision));
                break;
            case StoreKeyKind.Event:
                if (Read(kv, StoreCodec.TryDecode(kv.Value.Span, out EventBatch? batch, out error), error))
                    PutEvents(key.Name, new MirroredEvents(batch!, new Revision(kv.ModRevision)));
                break;
        }
    }

    public void Delete(in StoreKey key)
    {
        switch (key.Kind)
        {
            case StoreKeyKind.Namespace:
                (config, configRevision) = (null, Revision.None);
                break;
            case StoreKeyKind.Service:
                touchedInstances.Add(new InstanceId(key.Name));
                instances.Remove(new InstanceId(key.Name));
                break;
            case StoreKeyKind.Status:
                statuses.Remove(new InstanceId(key.Name));
                break;
            case StoreKeyKind.Shard:
                Replace(new ShardId(key.Name), null);
                unreadable.Remove(new ShardId(key.Name));
                break;
            case StoreKeyKind.Leader:
                candidates.Remove(key.Name);
                break;
            case StoreKeyKind.Event:
                RemoveEvents(key.Name);
                break;
        }
    }

    public NamespaceDelta Finish()
    {
        var after = before with
        {
            Config = config,
            ConfigRevision = configRevision,
            Instances = instances.ToImmutable(),
            Statuses = statuses.ToImmutable(),
            Shards = shards.ToImmutable(),
            Unreadable = unreadable.ToImmutable(),
            Candidates = candidates.ToImmutable(),
            Events = events.ToImmutable(),
            EventCount = eventCount,
            ShardsBySession = shardsBySession.ToImmutable(),
        };
        return NamespaceDifference.Between(before, after, touchedShards, touchedInstances);
    }

    private void PutConfig(Kv kv)
    {
        if (!Read(kv, StoreCodec.TryDecode(kv.Value.Span, out NamespaceConfig? read, out var error), error))
            return;
        (config, configRevision) = (read, new Revision(kv.ModRevision));
    }

    private void PutInstance(InstanceId instance, Kv kv)
    {
        touchedInstances.Add(instance);
        var readable = StoreCodec.TryDecode(kv.Value.Span, out ServiceRecord? record, out var error);
        if (readable && kv.Lease == 0)
            (readable, error) = (false, "the key has no lease, so the session would never end");
        if (Read(kv, readable, error))
        {
            instances[instance] = new MirroredInstance(
                new SessionRef(instance, new SessionId(kv.Lease)), record!, new Revision(kv.CreateRevision));
        }
        else
        {
            instances.Remove(instance);
        }
    }

    private void PutEvents(string name, MirroredEvents added)
    {
        RemoveEvents(name);
        events.Add(name, added);
        eventCount += added.Batch.Events.Count;
    }

    private void RemoveEvents(string name)
    {
        if (!events.TryGetValue(name, out var old))
            return;
        events.Remove(name);
        eventCount -= old.Batch.Events.Count;
    }

    private void PutShard(ShardId shard, Kv kv)
    {
        if (Read(kv, StoreCodec.TryDecode(kv.Value.Span, shard, out var record, out var error), error))
        {
            Replace(shard, new VersionedShard(record!, new Revision(kv.ModRevision)));
            unreadable.Remove(shard);
        }
        else
        {
            Replace(shard, null);
            unreadable.Add(shard);
        }
    }

    private void Replace(ShardId shard, VersionedShard? version)
    {
        touchedShards.Add(shard);
        if (shards.TryGetValue(shard, out var old))
        {
            foreach (var session in NamespaceSnapshot.SessionsIn(old.Record))
                Unindex(session, shard);
        }
        if (version is not { } now)
        {
            shards.Remove(shard);
            return;
        }
        shards[shard] = now;
        foreach (var session in NamespaceSnapshot.SessionsIn(now.Record))
            shardsBySession[session] = (shardsBySession.GetValueOrDefault(session) ?? []).Add(shard);
    }

    private void Unindex(SessionId session, ShardId shard)
    {
        if (!shardsBySession.TryGetValue(session, out var held))
            return;
        var left = held.Remove(shard);
        if (left.IsEmpty)
            shardsBySession.Remove(session);
        else
            shardsBySession[session] = left;
    }

    private bool Read(Kv kv, bool readable, string error)
    {
        if (!readable)
            reportUnreadable(kv.Key, error);
        return readable;
    }
}
