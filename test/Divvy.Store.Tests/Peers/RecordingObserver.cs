using System.Threading.Channels;
using Divvy.Consensus.Raft;
using Divvy.Store.Peers;

namespace Divvy.Store.Tests.Peers;

/// <summary>Writes down what a transport tells its observer.</summary>
internal sealed class RecordingObserver : IPeerObserver
{
    private readonly Channel<NodeId> connected = Channel.CreateUnbounded<NodeId>();
    private readonly Channel<(NodeId Peer, string Reason)> disconnected =
        Channel.CreateUnbounded<(NodeId, string)>();
    private readonly Channel<TimeSpan> roundTrips = Channel.CreateUnbounded<TimeSpan>();
    private readonly Channel<NodeId> removed = Channel.CreateUnbounded<NodeId>();
    private readonly Channel<(NodeId Peer, TimeSpan Total)> snapshots = Channel.CreateUnbounded<(NodeId, TimeSpan)>();

    public void RoundTrip(NodeId peer, TimeSpan time) => roundTrips.Writer.TryWrite(time);

    public void Connected(NodeId peer) => connected.Writer.TryWrite(peer);

    public void Disconnected(NodeId peer, string reason) => disconnected.Writer.TryWrite((peer, reason));

    public void SnapshotReceived(NodeId peer, TimeSpan total, TimeSpan synchronising) =>
        snapshots.Writer.TryWrite((peer, total));

    public void RemovedFromCluster(NodeId says) => removed.Writer.TryWrite(says);

    public Task<NodeId> NextConnectedAsync() => Wait.For(connected.Reader.ReadAsync().AsTask(), "a connection");

    public Task<(NodeId Peer, string Reason)> NextDisconnectedAsync() =>
        Wait.For(disconnected.Reader.ReadAsync().AsTask(), "the end, or the failure, of a connection");

    public Task<TimeSpan> NextRoundTripAsync() => Wait.For(roundTrips.Reader.ReadAsync().AsTask(), "a round trip");

    public Task<(NodeId Peer, TimeSpan Total)> NextSnapshotAsync() =>
        Wait.For(snapshots.Reader.ReadAsync().AsTask(), "a snapshot that was received");

    public Task<NodeId> NextRemovedAsync() =>
        Wait.For(removed.Reader.ReadAsync().AsTask(), "that this member was removed");
}
