using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>What a replica applies its log to. Called by one thread at a time, in the order of the log.</summary>
internal interface IReplicatedState
{
    void Apply(ImmutableArray<Entry> entries, AppliedBatch batch);

    /// <summary>Reads a snapshot that a leader sent, before anything relies on it.
    /// <exception cref="IOException">It cannot be read, or is not what was announced; says why.</exception></summary>
    ReceivedSnapshot Load(Snapshot expected, string path);

    /// <summary>Replaces the state by a snapshot that a leader sent. Returns where the members are then.</summary>
    IReadOnlyList<PeerAddress> Install(Snapshot snapshot, ReceivedSnapshot received);

    /// <summary>This member began to lead, or ceased to, or follows another; all entries before were applied.</summary>
    void LeadershipChanged(LeadershipView leadership);

    /// <summary>Makes a snapshot file at or after an index for a member that is too far behind, or reuses the newest.
    /// </summary>
    Task<(Snapshot Snapshot, ISnapshotSource Source)> SnapshotForPeerAsync(LogIndex atLeast);

    ValueTask<ReadOnlyMemory<byte>> AnswerPeerAsync(
        NodeId from, ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}
