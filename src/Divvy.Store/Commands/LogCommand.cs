using Divvy.Consensus;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Commands;

/// <summary>A command as it stands in the log.</summary>
/// <param name="Request">Names the proposal among all of its member, over restarts too; its member completes the
/// caller that waits for it.</param>
/// <param name="Proposer">The member that proposed it.</param>
/// <param name="Caller">On whose behalf; null: nobody said.</param>
/// <param name="Command">What is to be done.</param>
internal readonly record struct LogCommand(ulong Request, NodeId Proposer, Caller? Caller, StoreCommand Command);
