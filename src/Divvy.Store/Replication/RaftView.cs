using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Store.Replication;

/// <summary>Raft's numbers on one member at one moment.</summary>
internal sealed record RaftView(
    Term Term,
    NodeId Leader,
    LogIndex LastIndex,
    LogIndex CommittedIndex,
    LogIndex AppliedIndex,
    MembershipState Membership);
