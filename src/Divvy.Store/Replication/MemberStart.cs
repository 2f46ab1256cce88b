using Divvy.Consensus.Raft;
using Divvy.Consensus.State;

namespace Divvy.Store.Replication;

/// <summary>What a member begins with: read from its disk, or made for a new one.</summary>
internal sealed record MemberStart(
    StoreIdentity Identity,
    ReplicaOptions Options,
    RaftNode Raft,
    ILogStore Log,
    StateMachine State,
    IPeerTransport? Transport,
    MemberDisks Disks)
{
    /// <summary>What a crash had torn from the end of the log; null: nothing.</summary>
    public string? Repair { get; init; }
}
