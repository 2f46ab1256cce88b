using Divvy.Consensus.Raft;

namespace Divvy.Store.Peers;

/// <summary>Told what metrics and operators want to know. Called from the transport's threads; must not block.
/// </summary>
public interface IPeerObserver
{
    /// <summary>How long a ping took there and back.</summary>
    void RoundTrip(NodeId peer, TimeSpan time);

    /// <summary>This member's connection to another one stands.</summary>
    void Connected(NodeId peer);

    /// <summary>It ended, or could not be made; once per change.</summary>
    void Disconnected(NodeId peer, string reason);

    /// <summary>A snapshot came from a member, whole and durable.</summary>
    /// <param name="peer">Whose it was.</param>
    /// <param name="total">From its announcement on.</param>
    /// <param name="synchronising">What of this went into making it durable.</param>
    void SnapshotReceived(NodeId peer, TimeSpan total, TimeSpan synchronising);

    /// <summary>Another member says that this one was removed from the cluster, for good: ids are not used
    /// again.</summary>
    void RemovedFromCluster(NodeId says);
}
