using Divvy.Rpc;
using Divvy.Rpc.Client;
using Divvy.Store.Peers;
using Divvy.Store.Tests.Conformance;
using Divvy.TestKit.Etcd;

namespace Divvy.Store.Tests.Metrics;

/// <summary>The metrics that dashboards made for etcd read.</summary>
public sealed class EtcdMetricsTests
{
    private static readonly string[] names =
    [
        "grpc_server_started_total", "grpc_server_handled_total", "grpc_server_handling_seconds",
        "etcd_network_client_grpc_sent_bytes_total", "etcd_network_client_grpc_received_bytes_total",
        "etcd_server_leader_changes_seen_total", "etcd_server_heartbeat_send_failures_total",
        "etcd_server_proposals_failed_total", "etcd_server_read_indexes_failed_total", "etcd_server_slow_apply_total",
        "etcd_server_slow_read_indexes_total", "etcd_mvcc_put_total", "etcd_mvcc_range_total",
        "etcd_debugging_mvcc_db_compaction_keys_total", "etcd_server_has_leader", "etcd_server_is_leader",
        "etcd_server_proposals_pending", "etcd_server_proposals_committed_total", "etcd_server_proposals_applied_total",
        "etcd_disk_wal_write_bytes_total", "etcd_mvcc_db_total_size_in_bytes",
        "etcd_mvcc_db_total_size_in_use_in_bytes", "etcd_debugging_mvcc_db_total_size_in_bytes",
        "etcd_debugging_mvcc_current_revision", "etcd_debugging_mvcc_compact_revision",
        "process_resident_memory_bytes", "etcd_disk_wal_fsync_duration_seconds",
        "etcd_disk_backend_commit_duration_seconds", "etcd_debugging_snap_save_total_duration_seconds",
        "etcd_disk_backend_defrag_duration_seconds", "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
        "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
        "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds",
        "etcd_mvcc_delete_total", "etcd_mvcc_txn_total", "etcd_debugging_mvcc_keys_total",
        "etcd_debugging_mvcc_watcher_total", "etcd_debugging_mvcc_slow_watcher_total",
        "etcd_debugging_mvcc_events_total", "etcd_debugging_mvcc_pending_events_total",
        "etcd_debugging_lease_granted_total", "etcd_debugging_lease_renewed_total",
        "etcd_debugging_lease_revoked_total", "etcd_debugging_lease_ttl_total", "etcd_disk_defrag_inflight",
        "etcd_server_quota_backend_bytes", "etcd_server_is_learner", "etcd_server_version", "etcd_server_id",
        "etcd_server_client_requests_total", "etcd_cluster_version", "process_open_fds",
        "process_start_time_seconds",
    ];

    [EtcdFact]
    public async Task Scrape_HasTheFamiliesOfEtcd_WithTheirTypesLabelsAndBuckets()
    {
        await using var process = await EtcdProcess.StartNewAsync(
            new EtcdProcessOptions { Arguments = ["--metrics=extensive"] });
        await using var host = await StoreHost.StartAsync();
        host.Store.Metrics.Rpc.IsExtensive = true;
        await PutAsync(new Uri(process.Endpoint));
        await PutAsync(host.Address);

        var right = await ScrapeAsync(new Uri(process.Endpoint));
        var actual = await ScrapeAsync(host.Address);

        foreach (var name in names)
        {
            actual.Families.ShouldContainKey(name);
            actual.Families[name].ToString().ShouldBe(right.Families[name].ToString(), name);
        }
    }

    [Fact]
    public async Task Scrape_WithPeers_HasTheirFamiliesLabelledByTheirIds()
    {
        await using var host = await StoreHost.StartAsync();
        var peers = host.Store.Metrics.Peers;
        var counters = new PeerCounters();
        counters.CountWrite(1, 7);
        counters.CountRead(1, 8);
        counters.CountSendFailure();
        peers.Read(0xAB, counters);
        peers.RoundTrip(0xAB, TimeSpan.FromMilliseconds(1));

        var scrape = await ScrapeAsync(host.Address);

        scrape["etcd_network_peer_sent_bytes_total{To=\"ab\"}"].ShouldBe(7);
        scrape["etcd_network_peer_received_bytes_total{From=\"ab\"}"].ShouldBe(8);
        scrape["etcd_network_peer_sent_failures_total{To=\"ab\"}"].ShouldBe(1);
        scrape["etcd_network_peer_round_trip_time_seconds_bucket{To=\"ab\",le=\"0.0008\"}"].ShouldBe(0);
        scrape["etcd_network_peer_round_trip_time_seconds_bucket{To=\"ab\",le=\"0.0016\"}"].ShouldBe(1);
        scrape["etcd_network_peer_round_trip_time_seconds_bucket{To=\"ab\",le=\"3.2768\"}"].ShouldBe(1);
        scrape["etcd_network_peer_round_trip_time_seconds_count{To=\"ab\"}"].ShouldBe(1);
    }

    [Fact]
    public async Task Scrape_PeerThatLeft_IsForgotten()
    {
        await using var host = await StoreHost.StartAsync();
        host.Store.Metrics.Peers.Read(1, new PeerCounters());
        host.Store.Metrics.Peers.Read(2, new PeerCounters());

        host.Store.Metrics.Peers.KeepOnly(new HashSet<ulong> { 2 });

        var scrape = await ScrapeAsync(host.Address);
        scrape["etcd_network_peer_sent_bytes_total{To=\"2\"}"].ShouldBe(0);
        scrape.Has("etcd_network_peer_sent_bytes_total{To=\"1\"}").ShouldBeFalse();
    }

    [Fact]
    public async Task Scrape_AfterACall_CountsItByMethodTypeAndCode()
    {
        const string Method = "grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"";
        await using var host = await StoreHost.StartAsync();
        await PutAsync(host.Address);
        await using (var channel = new HttpChannel(host.Address))
            await Should.ThrowAsync<RpcException>(new Api(channel).PutAsync("", "v"));

        var scrape = await ScrapeAsync(host.Address);

        scrape[$"grpc_server_started_total{{{Method}}}"].ShouldBe(2);
        scrape[$"grpc_server_handled_total{{grpc_code=\"OK\",{Method}}}"].ShouldBe(1);
        scrape[$"grpc_server_handled_total{{grpc_code=\"InvalidArgument\",{Method}}}"].ShouldBe(1);
        scrape[$"grpc_server_handled_total{{grpc_code=\"Canceled\",{Method}}}"].ShouldBe(0);
        // A key and a value of a byte each take three bytes; the value alone is the refused request.
        scrape["etcd_network_client_grpc_received_bytes_total"].ShouldBe(6 + 3);
        scrape["etcd_network_client_grpc_sent_bytes_total"].ShouldBeGreaterThan(0);
        scrape["etcd_server_client_requests_total{client_api_version=\"unknown\",type=\"unary\"}"].ShouldBe(2);
        scrape["etcd_mvcc_put_total"].ShouldBe(1);
        scrape["etcd_debugging_mvcc_current_revision"].ShouldBe(2);
        scrape.Families.ShouldNotContainKey("grpc_server_handling_seconds");
    }

    [Fact]
    public async Task Scrape_ManyVersionsOfClients_KeepsAFewApart()
    {
        await using var host = await StoreHost.StartAsync();
        await using var channel = new HttpChannel(host.Address);
        for (var version = 0; version < 50; version++)
        {
            var options = new RpcCallOptions { Metadata = RpcMetadata.Empty.With("client-api-version", $"{version}") };
            await channel.UnaryAsync(EtcdMethods.Range, Api.NewRange("a"), options);
        }

        var scrape = await ScrapeAsync(host.Address);

        scrape["etcd_server_client_requests_total{client_api_version=\"0\",type=\"unary\"}"].ShouldBe(1);
        scrape["etcd_server_client_requests_total{client_api_version=\"other\",type=\"unary\"}"].ShouldBe(18);
    }

    private static async Task PutAsync(Uri address)
    {
        await using var channel = new HttpChannel(address);
        await new Api(channel).PutAsync("k", "v");
    }

    private static Task<Exposition> ScrapeAsync(Uri address) => Exposition.ReadAsync(address);
}
