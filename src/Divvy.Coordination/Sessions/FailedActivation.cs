using Divvy.Coordination.Control;
using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Sessions;

/// <summary>What follows when an owner says that it cannot serve its shard: nobody serves it then, although its session
/// lives, so a planned move to somebody else begins. The server that hears it takes the step; the controller may be
/// elsewhere and knows nothing of it. Pure.</summary>
internal static class FailedActivation
{
    /// <summary>How long after the failure the shard moves on, so that a shard nobody can serve does not run in
    /// circles.
    /// </summary>
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    public static bool Concerns(in VersionedShard shard, AckFromInstance ack) =>
        ack.Kind == AckKind.Failed && shard.Revision == ack.Revision && shard.Record.Phase == ShardPhase.Stable
        && shard.Record.Owner == ack.Session;

    /// <summary>To the instance with the fewest shards that takes any; refused if there is none.</summary>
    public static StepOutcome Relocate(in VersionedShard shard, AckFromInstance ack, NamespaceSnapshot space)
    {
        MirroredInstance? best = null;
        foreach (var candidate in space.Instances.Values)
        {
            if (candidate.Ref == ack.Session || PlanningView.StatusOf(candidate, space) != InstanceStatus.Active)
                continue;
            if (best is null || Load(candidate, space) < Load(best, space))
                best = candidate;
        }
        return best is null
            ? StepRefusal.BadTarget
            : Handoff.BeginMove(shard, best.Ref, $"{ack.Session.Instance} could not take it: {ack.Error}");
    }

    private static double Load(MirroredInstance instance, NamespaceSnapshot space) =>
        space.ShardsOf(instance.Ref.Session).Count / instance.Record.Capacity;
}
