using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Failpoints;
using Divvy.Store.Tests.Conformance;

namespace Divvy.Store.Tests.Metrics;

/// <summary>Three members under the eyes of the etcd metrics lab's dashboards: every name they read is there, and what
/// can be made to move moves. Only a late heartbeat cannot be had here: it takes a process that gets no time.</summary>
public sealed class ClusterMetricsTests : IAsyncLifetime
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private static readonly string[] names =
    [
        "grpc_server_started_total", "grpc_server_handled_total", "grpc_server_handling_seconds_count",
        "etcd_network_client_grpc_sent_bytes_total", "etcd_network_client_grpc_received_bytes_total",
        "etcd_network_peer_sent_bytes_total", "etcd_network_peer_sent_failures_total",
        "etcd_network_peer_received_bytes_total", "etcd_network_peer_round_trip_time_seconds_count",
        "etcd_server_leader_changes_seen_total", "etcd_server_heartbeat_send_failures_total",
        "etcd_server_proposals_failed_total", "etcd_server_read_indexes_failed_total", "etcd_server_slow_apply_total",
        "etcd_server_slow_read_indexes_total", "etcd_server_has_leader", "etcd_server_is_leader",
        "etcd_server_proposals_pending", "etcd_server_proposals_committed_total", "etcd_server_proposals_applied_total",
        "etcd_mvcc_put_total", "etcd_mvcc_range_total", "etcd_mvcc_db_total_size_in_bytes",
        "etcd_mvcc_db_total_size_in_use_in_bytes", "etcd_debugging_mvcc_db_total_size_in_bytes",
        "etcd_debugging_mvcc_current_revision", "etcd_debugging_mvcc_compact_revision",
        "etcd_debugging_mvcc_db_compaction_keys_total",
        "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds_count",
        "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds_count",
        "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds_count",
        "etcd_debugging_snap_save_total_duration_seconds_count", "etcd_disk_wal_write_bytes_total",
        "etcd_disk_wal_fsync_duration_seconds_count", "etcd_disk_backend_commit_duration_seconds_count",
        "etcd_disk_backend_defrag_duration_seconds_count", "process_resident_memory_bytes",
    ];

    private readonly Dictionary<string, FailpointRegistry> points = [];
    private ServedCluster cluster = null!;

    public async Task InitializeAsync()
    {
        cluster = await ServedCluster.StartAsync(change: options =>
        {
            points.Add(options.Name, options.Failpoints);
            return options with { ElectionTimeout = TimeSpan.FromSeconds(3) };
        });
        foreach (var member in cluster.Members)
            member.Store.Metrics.Rpc.IsExtensive = true;
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task Work_OnTheLeader_MovesWhatCountsIt()
    {
        var leader = await cluster.LeaderAsync();
        var before = await Exposition.ReadAsync(leader.Address);

        await WorkAsync(leader);

        await MovedAsync(
            leader,
            before,
            "grpc_server_started_total", "grpc_server_handled_total", "grpc_server_handling_seconds_count",
            "etcd_network_client_grpc_sent_bytes_total", "etcd_network_client_grpc_received_bytes_total",
            "etcd_network_peer_sent_bytes_total", "etcd_network_peer_received_bytes_total",
            "etcd_network_peer_round_trip_time_seconds_count", "etcd_server_proposals_committed_total",
            "etcd_server_proposals_applied_total", "etcd_mvcc_put_total", "etcd_mvcc_range_total",
            "etcd_mvcc_db_total_size_in_bytes", "etcd_mvcc_db_total_size_in_use_in_bytes",
            "etcd_debugging_mvcc_db_total_size_in_bytes", "etcd_debugging_mvcc_current_revision",
            "etcd_debugging_mvcc_compact_revision", "etcd_debugging_mvcc_db_compaction_keys_total",
            "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds_count",
            "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds_count",
            "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds_count",
            "etcd_debugging_snap_save_total_duration_seconds_count",
            "etcd_debugging_snap_save_marshalling_duration_seconds_count", "etcd_snap_fsync_duration_seconds_count",
            "etcd_disk_wal_write_bytes_total", "etcd_disk_wal_fsync_duration_seconds_count",
            "etcd_disk_backend_commit_duration_seconds_count", "etcd_disk_backend_defrag_duration_seconds_count",
            "etcd_disk_backend_snapshot_duration_seconds_count", "etcd_mvcc_hash_duration_seconds_count",
            "etcd_mvcc_hash_rev_duration_seconds_count");
    }

    [Fact]
    public async Task Scrape_AnyMember_HasEveryNameTheDashboardsRead()
    {
        foreach (var member in cluster.Members)
        {
            var scrape = await HavingAsync(member, static one => names.All(one.HasName));
            names.Where(name => !scrape.HasName(name)).ShouldBeEmpty();
            scrape["etcd_server_has_leader"].ShouldBe(1);
            scrape["etcd_cluster_version{cluster_version=\"3.4\"}"].ShouldBe(1);
        }

        var leader = await cluster.LeaderAsync();
        (await Exposition.ReadAsync(leader.Address))["etcd_server_is_leader"].ShouldBe(1);
    }

    [Fact]
    public async Task Trouble_OfEachKind_MovesWhatCountsIt()
    {
        var leader = await cluster.LeaderAsync();
        var others = cluster.Members.Where(member => member != leader).ToList();
        var before = await Exposition.ReadAsync(leader.Address);
        Arm(leader, "beforeApplyOneEntryNormal", "1*sleep(150)");
        await new Api(leader.Channel).PutAsync("slow", "x");
        await MovedAsync(leader, before, "etcd_server_slow_apply_total");

        others.ForEach(other => Arm(other, "raftDropHeartbeat", "return"));
        var read = new Api(leader.Channel).GetAsync("slow");
        await MovedAsync(leader, before, "etcd_server_slow_read_indexes_total");
        others.ForEach(other => points[NameOf(other)].Find("raftDropHeartbeat")!.Clear());
        (await read.WaitAsync(patience))!.Value.ToStringUtf8().ShouldBe("x");

        await leader.Channel.UnaryAsync(
            EtcdMethods.MoveLeader, new MoveLeaderRequest { TargetID = others[0].Store.MemberId });
        await MovedAsync(leader, before, "etcd_server_leader_changes_seen_total");

        foreach (var other in others)
            await cluster.StopAsync(other);
        var late = new Api(leader.Channel).GetAsync("slow");
        await Should.ThrowAsync<RpcException>(new Api(leader.Channel).PutAsync("lost", "x"));
        await Should.ThrowAsync<RpcException>(late);
        var after = await MovedAsync(
            leader,
            before,
            "etcd_server_proposals_failed_total", "etcd_server_read_indexes_failed_total",
            "etcd_network_peer_sent_failures_total");
        after["etcd_server_has_leader"].ShouldBe(0);
    }

    [Fact]
    public async Task Learner_AddedPromotedAndRemoved_IsCountedAndForgotten()
    {
        var leader = await cluster.LeaderAsync();
        var before = await Exposition.ReadAsync(leader.Address);
        var learner = await cluster.AddLearnerAsync("late");
        var id = learner.Store.MemberId;
        var series = $"etcd_network_peer_sent_bytes_total{{To=\"{id:x}\"}}";
        await learner.Store.Ready.WaitAsync(patience);

        (await HavingAsync(learner, one => one["etcd_snap_db_save_total_duration_seconds_count"] == 1))
            ["etcd_snap_db_fsync_duration_seconds_count"].ShouldBe(1);
        await cluster.PromoteAsync(id);
        await MovedAsync(
            leader, before,
            "etcd_server_learner_promote_successes", "etcd_network_snapshot_send_success",
            "etcd_disk_backend_snapshot_duration_seconds_count");
        await HavingAsync(leader, one => one.Has(series));
        await leader.Channel.UnaryAsync(EtcdMethods.MemberRemove, new MemberRemoveRequest { ID = id });

        var gone = await HavingAsync(leader, one => !one.Has(series));
        gone.Has($"etcd_network_active_peers{{Local=\"{leader.Store.MemberId:x}\",Remote=\"{id:x}\"}}").ShouldBeFalse();
        gone.Has($"etcd_network_peer_round_trip_time_seconds_count{{To=\"{id:x}\"}}").ShouldBeFalse();
    }

    [Fact]
    public async Task Snapshot_BeingInstalled_IsInProgress()
    {
        using var held = new ManualResetEventSlim();
        var registry = new FailpointRegistry(new FailpointEffects(_ => held.Wait(patience), _ => { }, _ => { }));
        new MemberFailpoints(registry).BeforeApplySnapshot.TrySet("1*sleep(1)");
        var learner = await cluster.AddLearnerAsync("late", options => options with { Failpoints = registry });

        await HavingAsync(learner, one => one["etcd_server_snapshot_apply_in_progress_total"] == 1);
        held.Set();

        await HavingAsync(learner, one => one["etcd_server_snapshot_apply_in_progress_total"] == 0);
    }

    private static async Task WorkAsync(StoreHost member)
    {
        await using var channel = new Rpc.Client.HttpChannel(member.Address);
        var api = new Api(channel);
        for (var i = 0; i < 20; i++)
            await api.PutAsync("k", new string('x', 1000 + i));
        await api.GetAsync("k");
        await api.CallAsync(EtcdMethods.Compact, new CompactionRequest { Revision = 15, Physical = true });
        await api.CallAsync(EtcdMethods.Defragment, new DefragmentRequest());
        await api.CallAsync(EtcdMethods.Hash, new HashRequest());
        await api.CallAsync(EtcdMethods.HashKV, new HashKVRequest());
        await foreach (var piece in channel.ServerStreamAsync(EtcdMethods.Snapshot, new SnapshotRequest()))
            piece.Blob.Length.ShouldBePositive();
        await api.PutAsync("after", "x");
    }

    private void Arm(StoreHost member, string point, string terms) =>
        points[NameOf(member)].Find(point)!.TrySet(terms).ShouldBeTrue();

    private string NameOf(StoreHost member) => $"n{cluster.Members.ToList().IndexOf(member) + 1}";

    /// <summary>Waits until all these have grown; some are counted after the answer.</summary>
    private static Task<Exposition> MovedAsync(StoreHost member, Exposition before, params string[] moving) =>
        HavingAsync(member, now => moving.Where(name => now.Sum(name) <= before.Sum(name)));

    private static Task<Exposition> HavingAsync(StoreHost member, Func<Exposition, bool> condition) =>
        HavingAsync(member, now => condition(now) ? [] : (IEnumerable<string>)["a condition"]);

    private static async Task<Exposition> HavingAsync(
        StoreHost member, Func<Exposition, IEnumerable<string>> missing)
    {
        using var limit = new CancellationTokenSource(patience);
        while (true)
        {
            var now = await Exposition.ReadAsync(member.Address);
            var left = missing(now).ToList();
            if (left.Count == 0)
                return now;
            limit.IsCancellationRequested.ShouldBeFalse($"never came: {string.Join(", ", left)}");
            await Task.Yield();
        }
    }
}
