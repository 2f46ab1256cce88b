using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>What a member does with what its peers send. Called from the transport's threads, at once from many; no
/// call blocks but that for a snapshot.</summary>
public interface IPeerReceiver
{
    void Receive(Message message);

    /// <summary>A snapshot has arrived as it was sent. Reads all of it, which takes a while.</summary>
    /// <param name="install">The leader's message.</param>
    /// <param name="path">The file's full path, in the folder the transport was given; the receiver owns it.</param>
    /// <returns>Why it cannot be used, for the sender; null: it is, or it is not needed any more.</returns>
    string? ReceiveSnapshot(Message install, string path);

    /// <summary>Something sent to a member was dropped, or its connection broke.</summary>
    void Unreachable(NodeId peer);

    void SnapshotSent(NodeId peer, bool succeeded);

    /// <summary>Answers a peer's <see cref="IPeerTransport.RequestAsync"/>; what it throws reaches the peer as a
    /// failure with its message.</summary>
    ValueTask<ReadOnlyMemory<byte>> AnswerAsync(
        NodeId from, ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}
