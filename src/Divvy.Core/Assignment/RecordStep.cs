using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>One compare-and-swap on a shard record, decided in the core and carried out in one store transaction by a
/// shell: the record still has <see cref="Expected"/> as its mod revision (0: does not exist), the session key of
/// each of
/// <see cref="MustLive"/> carries that session's lease, the session key of each of <see cref="MustBeGone"/> does
/// not (R6).</summary>
public sealed record RecordStep
{
    public required ShardId Shard { get; init; }

    public required Revision Expected { get; init; }

    /// <summary>The record to write; null: delete it.</summary>
    public required ShardRecord? Replacement { get; init; }

    public ImmutableArray<SessionRef> MustLive { get; init; } = [];

    public ImmutableArray<SessionRef> MustBeGone { get; init; } = [];

    /// <summary>Not none: the namespace's configuration key must still have this mod revision. Only steps that go
    /// without the owner's acknowledgement need it, because only they depend on the ownership mode (R10).</summary>
    public Revision NamespaceRevision { get; init; }

    public required StepKind Kind { get; init; }

    public required string Reason { get; init; }
}
