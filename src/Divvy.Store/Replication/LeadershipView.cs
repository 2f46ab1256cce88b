using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Who leads, as one member sees it.</summary>
/// <param name="Term">The term.</param>
/// <param name="Leader">Its leader; nobody while there is none, or none is known.</param>
/// <param name="IsLeader">It is this member.</param>
internal sealed record LeadershipView(Term Term, NodeId Leader, bool IsLeader)
{
    public bool HasLeader => !Leader.IsNone;
}
