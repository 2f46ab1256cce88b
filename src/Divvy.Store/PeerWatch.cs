using Divvy.Consensus.Raft;
using Divvy.Store.Metrics;
using Divvy.Store.Peers;
using Microsoft.Extensions.Logging;

namespace Divvy.Store;

/// <summary>Hands what the transport notices to whom it concerns: a broken connection to Raft, which looks for another
/// leader if it was the leader's; times and counts to the metrics; an end of membership to the operator.</summary>
internal sealed class PeerWatch(StoreMetrics metrics, ILogger logger) : IPeerObserver
{
    /// <summary>The member, once it is there.</summary>
    public StoreNode? Node { get; set; }

    public void RoundTrip(NodeId peer, TimeSpan time) => metrics.Peers.RoundTrip(peer.Value, time);

    public void Connected(NodeId peer) => metrics.Peers.SetActive(peer.Value, isActive: true);

    public void Disconnected(NodeId peer, string reason)
    {
        metrics.Peers.SetActive(peer.Value, isActive: false);
        Node?.Disconnected(peer);
    }

    public void SnapshotReceived(NodeId peer, TimeSpan total, TimeSpan synchronising)
    {
        metrics.Snapshots.Received(total);
        metrics.Snapshots.ReceivedSynced(synchronising);
    }

    public void RemovedFromCluster(NodeId says) => logger.LogRemoved(says.ToString());
}
