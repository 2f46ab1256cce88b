namespace Divvy.Consensus.Raft;

/// <summary>The outcome of one read barrier: once <see cref="Index"/> is applied, a read sees everything acknowledged
/// before
/// the barrier was asked for. Null: ask again, nobody answered for sure.</summary>
public readonly record struct ReadResult(ulong Request, LogIndex? Index);
