using System.Collections.Immutable;

namespace Divvy.Consensus.State;

/// <summary>The alarms that a command raised or ended; those that were as it wanted them are not among them.</summary>
public sealed record AlarmResult(ImmutableArray<Alarm> Changed, long Revision) : StoreResult;
