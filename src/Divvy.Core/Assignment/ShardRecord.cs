using System.Collections.Immutable;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Assignment;

/// <summary>What the store says about one shard. Only changed by compare on its mod revision (R6), and every change is
/// one of the steps of <c>Handoff</c>; nothing volatile belongs here, because every rewrite is sent and acknowledged
/// anew (R7).</summary>
public sealed record ShardRecord
{
    public required ShardId Shard { get; init; }

    public required HashRange Range { get; init; }

    /// <summary>The shards this one was split or merged from.</summary>
    public ImmutableArray<ShardId> Parents { get; init; } = [];

    public SessionRef? Owner { get; init; }

    /// <summary>The next owner, while <see cref="Phase"/> is preparing or yielding.</summary>
    public SessionRef? Next { get; init; }

    /// <summary>Sessions kept warm for an unplanned takeover, best first.</summary>
    public ImmutableArray<SessionRef> Standbys { get; init; } = [];

    public ShardPhase Phase { get; init; }

    public Generation Generation { get; init; }

    /// <summary>The yielding revision whose hand-over the current owner may use; none: it started cold (R14).</summary>
    public Revision HandedOverAt { get; init; }

    /// <summary>The instance an operator pinned the shard to.</summary>
    public InstanceId? Pin { get; init; }

    /// <summary>Why the record was last changed, for people.</summary>
    public string Reason { get; init; } = "";
}
