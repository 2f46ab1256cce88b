using System.Collections.Immutable;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Hosting;

/// <summary>A role as it goes to an instance: derived from one version of a shard record (R11).</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Revision">The mod revision of the record it derives from; acknowledgements name it (R7).</param>
/// <param name="Role">What the session is to the shard.</param>
/// <param name="Generation">The record's generation.</param>
/// <param name="Range">The keys of the shard.</param>
/// <param name="Next">Where requests belong instead: yielding: the next owner; not the owner: the owner (R17).</param>
/// <param name="NextAddress">Where <paramref name="Next"/> serves.</param>
/// <param name="HandedOverAt">Active: the yielding revision whose hand-over counts; none: cold (R14).</param>
/// <param name="Reason">Why, for people.</param>
public sealed record RoleAssignment(
    ShardId Shard,
    Revision Revision,
    ShardRole Role,
    Generation Generation,
    HashRange Range,
    SessionRef? Next,
    string? NextAddress,
    Revision HandedOverAt,
    string Reason)
{
    /// <summary>The shards this one was split or merged from: while one of them is still held here, a yield of this
    /// shard is not acknowledged (R9).</summary>
    public ImmutableArray<ShardId> Parents { get; init; } = [];
}
