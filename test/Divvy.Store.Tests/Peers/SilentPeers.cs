using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Store.Replication;

namespace Divvy.Store.Tests.Peers;

/// <summary>Peers that nothing reaches. What comes from them is what a test gives to the receiver.</summary>
internal sealed class SilentPeers : IPeerTransport
{
    /// <summary>The member.</summary>
    public IPeerReceiver Receiver { get; private set; } = null!;

    public void Start(IPeerReceiver receiver) => Receiver = receiver;

    public void SetPeers(IReadOnlyList<PeerAddress> peers)
    {
    }

    public void Send(ImmutableArray<Message> messages)
    {
    }

    public void SendSnapshot(Message install, ISnapshotSource source) =>
        throw new NotSupportedException("nobody is there to get a snapshot");

    public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        NodeId to, ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        throw new PeerUnavailableException($"member {to} is silent");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
