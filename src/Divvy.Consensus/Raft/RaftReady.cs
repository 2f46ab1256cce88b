using System.Collections.Immutable;

namespace Divvy.Consensus.Raft;

/// <summary>What the shell owes the core, in this order:
/// <list type="number">
/// <item>Send <see cref="Messages"/>, now: a leader's entries may travel while its own disk writes them.</item>
/// <item>Install <see cref="Snapshot"/> if there is one, append <see cref="Entries"/> (cutting the stored log from
/// the first
/// of them), store <see cref="HardState"/>; if <see cref="MustSync"/>, make all of it durable.</item>
/// <item>Call <see cref="RaftNode.Persisted"/> with <see cref="Number"/>, and only then send
/// <see cref="MessagesAfterPersist"/>.</item>
/// <item>Apply <see cref="Committed"/> in order, telling <see cref="RaftNode.ApplyMembership"/> of each membership
/// entry.</item>
/// </list>
/// The next Ready may be taken before this one is persisted; numbers are then persisted in order. Applying may go on
/// beside
/// writing.</summary>
public sealed record RaftReady
{
    public required ulong Number { get; init; }

    /// <summary>Set when it changed.</summary>
    public HardState? HardState { get; init; }

    public Snapshot? Snapshot { get; init; }

    public ImmutableArray<Entry> Entries { get; init; } = [];

    /// <summary>Something here must survive a crash; otherwise only the commit index moved.</summary>
    public bool MustSync { get; init; }

    public ImmutableArray<Message> Messages { get; init; } = [];

    public ImmutableArray<Message> MessagesAfterPersist { get; init; } = [];

    public ImmutableArray<Entry> Committed { get; init; } = [];

    public ImmutableArray<ReadResult> Reads { get; init; } = [];

    public ImmutableArray<ProposalResult> Proposals { get; init; } = [];
}
