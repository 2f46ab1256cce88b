using Divvy.Store.Peers;
using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>What goes between members. Peers are named by their ids.</summary>
public sealed class PeerMetrics
{
    private readonly LabeledCounters sent = new(
        "etcd_network_peer_sent_bytes_total", "The total number of bytes sent to peers.", To);
    private readonly LabeledCounters received = new(
        "etcd_network_peer_received_bytes_total", "The total number of bytes received from peers.", From);
    private readonly LabeledCounters sendFailures = new(
        "etcd_network_peer_sent_failures_total", "The total number of send failures from peers.", To);
    private readonly LabeledCounters receiveFailures = new(
        "etcd_network_peer_received_failures_total", "The total number of receive failures from peers.", From);
    private readonly LabeledHistograms roundTrips = new(
        "etcd_network_peer_round_trip_time_seconds",
        "Round-Trip-Time histogram between peers",
        To,
        Buckets.Exponential(0.0001, 2, 16));
    private readonly LabeledCounters snapshotsSent = new(
        "etcd_network_snapshot_send_success", "Total number of successful snapshot sends", To);
    private readonly LabeledCounters snapshotsFailed = new(
        "etcd_network_snapshot_send_failures", "Total number of snapshot send failures", To);
    private readonly LabeledCounters snapshotsReceived = new(
        "etcd_network_snapshot_receive_success", "Total number of successful snapshot receives", From);
    private readonly LabeledCounters active;
    private ulong local;

    public PeerMetrics() => active = new LabeledCounters(
        "etcd_network_active_peers",
        "The current number of active peer connections.",
        peer => $"{ExpositionWriter.Label("Local", Hex(local))},{ExpositionWriter.Label("Remote", Hex(peer))}",
        MetricKind.Gauge);

    /// <summary>Says which member this is, for the labels of connections.</summary>
    public void Identify(ulong memberId) => Volatile.Write(ref local, memberId);

    /// <summary>Takes over what the transport has counted for a peer since the start.</summary>
    public void Read(ulong peer, PeerCounters counters)
    {
        sent.Set(peer, counters.SentBytes);
        received.Set(peer, counters.ReceivedBytes);
        sendFailures.Set(peer, counters.SendFailures);
        receiveFailures.Set(peer, counters.Disconnections);
        snapshotsSent.Set(peer, counters.SnapshotSends);
        snapshotsFailed.Set(peer, counters.SnapshotSendFailures);
        snapshotsReceived.Set(peer, counters.SnapshotReceives);
    }

    /// <summary>A probe came back.</summary>
    public void RoundTrip(ulong peer, TimeSpan elapsed) => roundTrips.Observe(peer, elapsed.TotalSeconds);

    /// <summary>The connection to a peer came up or went down.</summary>
    public void SetActive(ulong peer, bool isActive) => active.Set(peer, isActive ? 1 : 0);

    /// <summary>Forgets all peers but these: those that left the cluster.</summary>
    public void KeepOnly(IReadOnlySet<ulong> peers)
    {
        foreach (var family in Counters)
            family.KeepOnly(peers);
        roundTrips.KeepOnly(peers);
    }

    internal void Write(ExpositionWriter writer)
    {
        foreach (var family in Counters)
            family.Write(writer);
        roundTrips.Write(writer);
    }

    private LabeledCounters[] Counters =>
    [
        active, sent, received, sendFailures, receiveFailures, snapshotsSent, snapshotsFailed, snapshotsReceived,
    ];

    private static string To(ulong peer) => ExpositionWriter.Label(nameof(To), Hex(peer));

    private static string From(ulong peer) => ExpositionWriter.Label(nameof(From), Hex(peer));

    private static string Hex(ulong id) => id.ToString("x");
}
