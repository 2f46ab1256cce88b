using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>One change to one shard.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Kind">What happens to it.</param>
/// <param name="To">The new or next owner; null for <see cref="PlannedChangeKind.SetStandbys"/> and
/// <see cref="PlannedChangeKind.CancelMove"/>.</param>
/// <param name="Standbys">The standbys the record is to name with this change, whatever its kind; best first.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record PlannedChange(
    ShardId Shard,
    PlannedChangeKind Kind,
    SessionRef? To,
    ImmutableArray<SessionRef> Standbys,
    string Reason);
