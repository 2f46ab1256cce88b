using System.Collections.Immutable;
using Divvy.Consensus.Raft.Quorum;

namespace Divvy.Consensus.Raft.Membership;

/// <summary>Who belongs to the cluster. <see cref="Outgoing"/> is not empty while a joint change is under way;
/// <see cref="LearnersNext"/> are outgoing voters that become learners when it ends.</summary>
public sealed record MembershipState
{
    public ImmutableSortedSet<NodeId> Voters { get; init; } = [];

    public ImmutableSortedSet<NodeId> Outgoing { get; init; } = [];

    public ImmutableSortedSet<NodeId> Learners { get; init; } = [];

    public ImmutableSortedSet<NodeId> LearnersNext { get; init; } = [];

    /// <summary>The leader ends the joint change by itself as soon as it is committed.</summary>
    public bool AutoLeave { get; init; }

    public static MembershipState Of(params NodeId[] voters) => new() { Voters = [.. voters] };

    public JointConfig Quorum => new(new MajorityConfig(Voters), new MajorityConfig(Outgoing));

    public bool IsJoint => !Outgoing.IsEmpty;

    public ImmutableSortedSet<NodeId> All => Voters.Union(Outgoing).Union(Learners).Union(LearnersNext);

    public bool IsVoter(NodeId node) => Voters.Contains(node) || Outgoing.Contains(node);

    public bool IsLearner(NodeId node) => Learners.Contains(node);

    public bool Equals(MembershipState? other) => other is not null
        && Voters.SetEquals(other.Voters) && Outgoing.SetEquals(other.Outgoing)
        && Learners.SetEquals(other.Learners) && LearnersNext.SetEquals(other.LearnersNext)
        && AutoLeave == other.AutoLeave;

    public override int GetHashCode() => Voters.Count + (31 * Outgoing.Count) + (961 * Learners.Count);

    public override string ToString()
    {
        var text = $"voters ({string.Join(' ', Voters)})";
        if (IsJoint)
            text += $"&&({string.Join(' ', Outgoing)})";
        if (!Learners.IsEmpty)
            text += $" learners ({string.Join(' ', Learners)})";
        if (!LearnersNext.IsEmpty)
            text += $" learners next ({string.Join(' ', LearnersNext)})";
        return AutoLeave ? text + " auto-leave" : text;
    }
}
