using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>The metrics that are read from the member rather than recorded.</summary>
internal static class ReadingMetrics
{
    public static void Write(ExpositionWriter writer, MemberReading reading)
    {
        WriteMember(writer, reading);
        WriteStore(writer, reading);
        WriteLeases(writer, reading.Store);
        WriteWatches(writer, reading.Store);
    }

    private static void WriteMember(ExpositionWriter writer, MemberReading reading)
    {
        Gauge("etcd_server_has_leader", "Whether or not a leader exists. 1 is existence, 0 is not.", reading.HasLeader);
        Gauge("etcd_server_is_leader", "Whether or not this member is a leader. 1 if is, 0 otherwise.",
            reading.IsLeader);
        Gauge("etcd_server_is_learner", "Whether or not this member is a learner. 1 if is, 0 otherwise.",
            reading.IsLearner);
        writer.Gauge("etcd_server_proposals_committed_total",
            "The total number of consensus proposals committed.", reading.CommittedIndex);
        writer.Gauge("etcd_server_proposals_applied_total",
            "The total number of consensus proposals applied.", reading.Store.AppliedIndex);
        writer.Gauge("etcd_server_quota_backend_bytes",
            "Current backend storage quota size in bytes.", reading.QuotaBytes);
        Labeled("etcd_server_id", "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
            "server_id", reading.MemberId.ToString("x"));
        Labeled("etcd_server_version", "Which version is running. 1 for 'server_version' label with current version.",
            "server_version", EmbeddedStore.Version);
        Labeled("etcd_cluster_version",
            "Which version is running. 1 for 'cluster_version' label with current cluster version",
            "cluster_version", EmbeddedStore.ClusterVersion);
        writer.Gauge("etcd_debugging_auth_revision", "The current revision of auth store.", reading.AuthRevision);

        void Gauge(string name, string help, bool value) => writer.Gauge(name, help, value ? 1 : 0);

        void Labeled(string name, string help, string label, string value)
        {
            writer.Family(name, MetricKind.Gauge, help);
            writer.Sample(name, ExpositionWriter.Label(label, value), 1);
        }
    }

    private static void WriteStore(ExpositionWriter writer, MemberReading reading)
    {
        const string Allocated = "Total size of the underlying database physically allocated in bytes.";
        var store = reading.Store;
        writer.Gauge("etcd_mvcc_db_total_size_in_bytes", Allocated, reading.AllocatedBytes);
        writer.Gauge("etcd_debugging_mvcc_db_total_size_in_bytes", Allocated, reading.AllocatedBytes);
        writer.Gauge("etcd_mvcc_db_total_size_in_use_in_bytes",
            "Total size of the underlying database logically in use in bytes.", reading.InUseBytes);
        writer.Gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.", store.Revision);
        writer.Gauge("etcd_debugging_mvcc_compact_revision",
            "The revision of the last compaction in store.", store.CompactedRevision);
        writer.Gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.", store.Data.Keys);
        writer.Counter("etcd_debugging_mvcc_db_compaction_keys_total",
            "Total number of db keys compacted.", store.Data.CompactedRecords);
        Both("put", "Total number of puts seen by this member.", store.Data.Puts);
        Both("delete", "Total number of deletes seen by this member.", store.Data.Deletes);
        Both("range", "Total number of ranges seen by this member.", store.Data.Ranges);
        Both("txn", "Total number of txns seen by this member.", store.Data.Transactions);

        // etcd renamed these, and 3.4 shows them under the old names as well.
        void Both(string what, string help, long value)
        {
            writer.Counter($"etcd_mvcc_{what}_total", help, value);
            writer.Counter($"etcd_debugging_mvcc_{what}_total", help, value);
        }
    }

    private static void WriteLeases(ExpositionWriter writer, StoreSnapshot store)
    {
        writer.Counter("etcd_debugging_lease_granted_total",
            "The total number of granted leases.", store.LeasesGranted);
        writer.Counter("etcd_debugging_lease_renewed_total",
            "The number of renewed leases seen by the leader.", store.LeasesRenewed);
        writer.Counter("etcd_debugging_lease_revoked_total",
            "The total number of revoked leases.", store.LeasesRevoked);
        writer.Counter("etcd_debugging_server_lease_expired_total",
            "The total number of expired leases.", store.LeasesExpired);
    }

    private static void WriteWatches(ExpositionWriter writer, StoreSnapshot store)
    {
        writer.Gauge("etcd_debugging_mvcc_watch_stream_total", "Total number of watch streams.", store.WatchStreams);
        writer.Gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.", store.Watchers);
        writer.Gauge("etcd_debugging_mvcc_slow_watcher_total",
            "Total number of unsynced slow watchers.", store.UnsyncedWatchers);
        writer.Gauge("etcd_debugging_mvcc_pending_events_total",
            "Total number of pending events to be sent.", store.PendingEvents);
    }

    private static void Gauge(this ExpositionWriter writer, string name, string help, double value) =>
        writer.Single(name, MetricKind.Gauge, help, value);

    private static void Counter(this ExpositionWriter writer, string name, string help, double value) =>
        writer.Single(name, MetricKind.Counter, help, value);
}
