using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Carries messages between the members of a cluster. Raft repeats itself, so a message may be lost, and what
/// cannot be sent is dropped and told to <see cref="IPeerReceiver.Unreachable"/>. Nothing here blocks; thread-safe.
/// </summary>
public interface IPeerTransport : IAsyncDisposable
{
    /// <summary>Begins to receive. Once, before anything else.</summary>
    void Start(IPeerReceiver receiver);

    /// <summary>Who belongs to the cluster now, this member left out. Connections to others are closed.</summary>
    void SetPeers(IReadOnlyList<PeerAddress> peers);

    /// <summary>Sends messages to the members they name, each kind on its lane: AppendEntries never delays a
    /// heartbeat, a vote or an acknowledgement.</summary>
    void Send(ImmutableArray<Message> messages);

    /// <summary>Streams a snapshot to the member that <paramref name="install"/> names and then delivers that message
    /// there. How it ended comes by <see cref="IPeerReceiver.SnapshotSent"/>; the source is disposed.</summary>
    void SendSnapshot(Message install, ISnapshotSource source);

    /// <summary>Asks a member something outside Raft.
    /// <exception cref="PeerUnavailableException">It cannot be reached, or went away before it answered.</exception>
    /// </summary>
    ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        NodeId to, ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}
