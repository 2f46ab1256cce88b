namespace Divvy.Consensus.Raft.Quorum;

public enum VoteResult
{
    Pending,
    Won,
    Lost,
}
