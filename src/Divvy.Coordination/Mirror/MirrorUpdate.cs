using System.Collections.Immutable;

namespace Divvy.Coordination.Mirror;

/// <summary>One step of the mirror: the new snapshot and what is different in it.</summary>
public sealed record MirrorUpdate(StoreSnapshot Snapshot, ImmutableArray<NamespaceDelta> Changes);
