namespace Divvy.Consensus.Raft.Membership;

public enum MembershipOperation : byte
{
    AddVoter,

    /// <summary>Adds a member that gets the log but has no vote, or takes a voter's vote away.</summary>
    AddLearner,
    Remove,
}
