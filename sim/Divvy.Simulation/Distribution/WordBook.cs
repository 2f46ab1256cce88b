using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Distribution;

/// <summary>Whether a step that takes an instance's word takes it for the record as it was (R7): the instance has heard
/// of that record before it gave its word. It remembers that it has, whatever befalls it meanwhile, as long as its
/// session lives; so this holds under all faults.</summary>
/// <param name="heard">The newest revision of a shard that a session's instance has heard of; null: the session is
/// over, or nobody knows.</param>
/// <param name="report">Where violations go.</param>
internal sealed class WordBook(Func<SessionRef, ShardId, Revision?> heard, RunReport report)
{
    /// <summary>A record has changed.</summary>
    public void Check(VersionedShard before, ShardRecord after)
    {
        var was = before.Record;
        var giver = (was.Phase, after.Phase) switch
        {
            (ShardPhase.Preparing, ShardPhase.Yielding) => was.Next,
            (ShardPhase.Yielding, ShardPhase.Stable) when after.Owner == was.Next => was.Owner,
            _ => null,
        };
        if (giver is { } session && heard(session, was.Shard) is { } newest && newest < before.Revision)
        {
            report.Violated(
                "acknowledgements",
                $"{was.Shard} is {after.Phase} at the word of {session}, which has heard of revision {newest} and not"
                    + $" of {before.Revision}, {was.Phase}");
        }
    }
}
