using Divvy.Core.Identity;
using Divvy.Simulation.Faults;

namespace Divvy.Simulation.Distribution;

/// <summary>A moment of a handoff that was seen.</summary>
/// <param name="Moment">What happened.</param>
/// <param name="Shard">Of which shard; none for an instance that leaves.</param>
/// <param name="Owner">The owner, as it was before.</param>
/// <param name="Next">Who was, is or has become the next owner.</param>
internal sealed record Sighting(Moment Moment, ShardId Shard, SessionRef? Owner, SessionRef? Next);
