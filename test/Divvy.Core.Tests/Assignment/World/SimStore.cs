using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Assignment.World;

/// <summary>The store as the rules need it: revisions, leases, compare-and-swap, and every past view.</summary>
internal sealed class SimStore
{
    private readonly List<StoreView> views =
    [
        new(new Revision(1), ImmutableSortedDictionary<ShardId, VersionedShard>.Empty,
            ImmutableSortedDictionary<ShardId, (ShardRecord, Revision)>.Empty, []),
    ];

    private readonly SortedDictionary<SessionRef, (string Nonce, long ExpiresAtMs)> leases = [];
    private long lastSession;

    /// <summary>How often each kind of step was committed.</summary>
    public SortedDictionary<StepKind, int> Committed { get; } = [];

    public StoreView Current => views[^1];

    public IReadOnlyList<StoreView> Views => views;

    public Revision NamespaceRevision { get; } = new(1);

    public StoreView At(Revision revision) => views[(int)revision.Value - 1];

    /// <summary>One transaction. Without guard only the record is compared: what a careless server would do.</summary>
    public bool Commit(RecordStep step, bool guarded = true)
    {
        var found = Current.Shards.TryGetValue(step.Shard, out var now) ? now.Revision : Revision.None;
        var allowed = found == step.Expected
            && (!guarded || (step.MustLive.All(Current.IsLive) && !step.MustBeGone.Any(Current.IsLive)
                && (step.NamespaceRevision == Revision.None || step.NamespaceRevision == NamespaceRevision)));
        if (!allowed)
        {
            return false;
        }

        var revision = new Revision(Current.Revision.Value + 1);
        var shards = step.Replacement is { } record
            ? Current.Shards.SetItem(step.Shard, new VersionedShard(record, revision))
            : Current.Shards.Remove(step.Shard);
        var deleted = step.Replacement is null
            ? Current.Deleted.SetItem(step.Shard, (now.Record, revision))
            : Current.Deleted.Remove(step.Shard);
        views.Add(Current with { Revision = revision, Shards = shards, Deleted = deleted });
        Committed[step.Kind] = Committed.GetValueOrDefault(step.Kind) + 1;
        return true;
    }

    /// <summary>Several steps in one transaction: a split closes and opens together.</summary>
    public void CommitTogether(params RecordStep[] steps)
    {
        foreach (var step in steps)
        {
            Commit(step).ShouldBeTrue(step.Reason);
        }

        var first = views.Count - steps.Length;
        var last = new Revision(Current.Revision.Value);
        var shards = Current.Shards.Select(pair =>
            pair.Value.Revision.Value > first ? KeyValuePair.Create(pair.Key, pair.Value with { Revision = last }) : pair);
        var deleted = Current.Deleted.Select(pair =>
            pair.Value.At.Value > first ? KeyValuePair.Create(pair.Key, (pair.Value.Last, last)) : pair);
        var together = Current with { Shards = shards.ToImmutableSortedDictionary(), Deleted = deleted.ToImmutableSortedDictionary() };
        for (var i = first; i < views.Count - 1; i++)
        {
            views[i] = views[first - 1] with { Revision = new Revision(i + 1) };
        }

        views[^1] = together;
    }

    /// <summary>R2: a held id is refused, but for the nonce that holds it.</summary>
    public SessionRef? Register(InstanceId instance, string nonce, long ttlMs, long nowMs)
    {
        foreach (var (session, lease) in leases)
        {
            if (session.Instance == instance)
            {
                return lease.Nonce == nonce ? session : null;
            }
        }

        var granted = new SessionRef(instance, new SessionId(++lastSession));
        leases[granted] = (nonce, nowMs + ttlMs);
        Append(Current with { Live = Current.Live.Add(granted) });
        return granted;
    }

    public bool Renew(SessionRef session, long ttlMs, long nowMs)
    {
        if (!leases.TryGetValue(session, out var lease))
        {
            return false;
        }

        leases[session] = lease with { ExpiresAtMs = nowMs + ttlMs };
        return true;
    }

    public bool IsDue(SessionRef session, long nowMs) =>
        leases.TryGetValue(session, out var lease) && lease.ExpiresAtMs <= nowMs;

    public void End(SessionRef session)
    {
        if (leases.Remove(session))
        {
            Append(Current with { Live = Current.Live.Remove(session) });
        }
    }

    private void Append(StoreView view) => views.Add(view with { Revision = new Revision(Current.Revision.Value + 1) });
}
