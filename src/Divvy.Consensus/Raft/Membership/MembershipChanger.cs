using System.Collections.Immutable;

namespace Divvy.Consensus.Raft.Membership;

/// <summary>Turns a membership and a change into the next membership, or says why it cannot (paper section 6, thesis
/// chapter 4). Pure: every member computes the same from the same log.</summary>
public static class MembershipChanger
{
    public static MembershipOutcome Apply(MembershipState state, MembershipChange change)
    {
        if (change.IsLeaveJoint)
            return state.IsJoint ? Leave(state) : new MembershipOutcome(null, "no joint change is under way");
        if (state.IsJoint)
            return new MembershipOutcome(null, "a joint change is under way: it must end first");
        if (change.Steps.Any(step => step.Node.IsNone))
            return new MembershipOutcome(null, "node 0 is nobody");

        var next = Fold(state, change.Steps);
        if (next.Voters.IsEmpty)
            return new MembershipOutcome(null, "the change removes the last voter");
        var moved = state.Voters.SymmetricExcept(next.Voters).Count;
        return moved <= 1 && change.Steps.Length == 1
            ? new MembershipOutcome(next with { LearnersNext = [], AutoLeave = false }, null)
            : new MembershipOutcome(EnterJoint(state, next, change.AutoLeave), null);
    }

    private static MembershipState Fold(
        MembershipState state, ImmutableArray<(MembershipOperation Operation, NodeId Node)> steps)
    {
        foreach (var (operation, node) in steps)
        {
            state = operation switch
            {
                MembershipOperation.AddVoter =>
                    state with { Voters = state.Voters.Add(node), Learners = state.Learners.Remove(node) },
                MembershipOperation.AddLearner =>
                    state with { Voters = state.Voters.Remove(node), Learners = state.Learners.Add(node) },
                _ => state with { Voters = state.Voters.Remove(node), Learners = state.Learners.Remove(node) },
            };
        }

        return state;
    }

    /// <summary>An outgoing voter keeps its vote until the change ends, so it cannot be a learner before.</summary>
    private static MembershipState EnterJoint(MembershipState before, MembershipState after, bool autoLeave)
    {
        var waiting = after.Learners.Intersect(before.Voters);
        return after with
        {
            Outgoing = before.Voters,
            Learners = after.Learners.Except(waiting),
            LearnersNext = waiting,
            AutoLeave = autoLeave,
        };
    }

    private static MembershipOutcome Leave(MembershipState state) => new(
        state with
        {
            Outgoing = [],
            Learners = state.Learners.Union(state.LearnersNext),
            LearnersNext = [],
            AutoLeave = false,
        },
        null);
}
