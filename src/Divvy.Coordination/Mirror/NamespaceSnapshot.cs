using System.Collections.Immutable;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>One namespace as of one revision of the store, indexed by what is asked of it. Immutable.</summary>
public sealed record NamespaceSnapshot : ISessionDirectory
{
    private NamespaceSnapshot(string name) => Name = name;

    public string Name { get; }

    /// <summary>Null: the namespace does not exist (yet, or any more).</summary>
    public NamespaceConfig? Config { get; init; }

    /// <summary>Mod revision of the configuration, for optimistic changes.</summary>
    public Revision ConfigRevision { get; init; }

    /// <summary>The instances that live.</summary>
    public ImmutableSortedDictionary<InstanceId, MirroredInstance> Instances { get; init; } =
        ImmutableSortedDictionary<InstanceId, MirroredInstance>.Empty;

    /// <summary>What operators said about instances, living or not.</summary>
    public ImmutableSortedDictionary<InstanceId, OperatorStatus> Statuses { get; init; } =
        ImmutableSortedDictionary<InstanceId, OperatorStatus>.Empty;

    public ImmutableSortedDictionary<ShardId, VersionedShard> Shards { get; init; } =
        ImmutableSortedDictionary<ShardId, VersionedShard>.Empty;

    /// <summary>Shards whose record is there and cannot be read: nobody serves them, nobody replaces them.</summary>
    public ImmutableSortedSet<ShardId> Unreadable { get; init; } = [];

    /// <summary>The candidates of the controller election, by key.</summary>
    public ImmutableSortedDictionary<string, MirroredCandidate> Candidates { get; init; } =
        ImmutableSortedDictionary.Create<string, MirroredCandidate>(StringComparer.Ordinal);

    /// <summary>The event history, by key.</summary>
    public ImmutableSortedDictionary<string, MirroredEvents> Events { get; init; } =
        ImmutableSortedDictionary.Create<string, MirroredEvents>(StringComparer.Ordinal);

    /// <summary>How many events the history has, over all its keys.</summary>
    internal int EventCount { get; init; }

    internal ImmutableDictionary<SessionId, ImmutableHashSet<ShardId>> ShardsBySession { get; init; } =
        ImmutableDictionary<SessionId, ImmutableHashSet<ShardId>>.Empty;

    /// <summary>The server whose controller leads, or null.</summary>
    public string? Leader =>
        Candidates.Count == 0 ? null : Candidates.Values.MinBy(candidate => candidate.Created)!.Server;

    internal bool IsEmpty =>
        Config is null && Instances.Count == 0 && Statuses.Count == 0 && Shards.Count == 0
        && Unreadable.Count == 0 && Candidates.Count == 0 && Events.Count == 0;

    public static NamespaceSnapshot Empty(string name) => new(name);

    /// <summary>The shards in whose records a session stands, as owner, next owner or standby.</summary>
    public ImmutableHashSet<ShardId> ShardsOf(SessionId session) => ShardsBySession.GetValueOrDefault(session, []);

    public bool IsLive(SessionRef session) =>
        Instances.TryGetValue(session.Instance, out var instance) && instance.Ref.Session == session.Session;

    public string? AddressOf(SessionRef session) => IsLive(session) ? Instances[session.Instance].Record.Address : null;

    /// <summary>Every session a record names, each once for every part it has.</summary>
    internal static IEnumerable<SessionId> SessionsIn(ShardRecord record)
    {
        if (record.Owner is { } owner)
            yield return owner.Session;
        if (record.Next is { } next)
            yield return next.Session;
        foreach (var standby in record.Standbys)
            yield return standby.Session;
    }
}
