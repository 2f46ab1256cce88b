using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Histories.Linearizability;
using KeyValue = Divvy.Rpc.Etcd.KeyValue;

namespace Divvy.Simulation.Stores;

/// <summary>What the clients of a store saw.</summary>
internal sealed class StoreHistory
{
    public OperationRecorder<KeyValueRequest, KeyValueResponse> Calls { get; } = new();

    public SnapshotReads PastReads { get; } = new();

    /// <summary>The events of all revisions, as the one watch saw them that is owed every one.</summary>
    public EventLog Log { get; } = new();

    public static KeyRecord ToRecord(Kv kv) =>
        new(kv.Key, kv.Text, kv.CreateRevision, kv.ModRevision, kv.Version, kv.Lease);

    public static KeyRecord ToRecord(KeyValue kv) => new(
        kv.Key.ToStringUtf8(), kv.Value.ToStringUtf8(), kv.CreateRevision, kv.ModRevision, kv.Version, kv.Lease);

    public static StoreEvent ToEvent(WatchEvent change) => change.IsDelete
        ? StoreEvent.Delete(change.Key, change.Kv.ModRevision)
        : StoreEvent.Put(ToRecord(change.Kv));

    public static RangeResponse ToResponse(RangeResult result) =>
        new(result.Revision, [.. result.Items.Select(ToRecord)], result.Count);

    public static TxnResponse ToResponse(TxnResult result) =>
        new(result.Revision, result.Succeeded, [.. result.Responses.Select(one => ToResponse(one, result.Revision))]);

    private static KeyValueResponse ToResponse(TxnOpResult result, long revision) => result switch
    {
        TxnOpResult.Get get => ToResponse(get.Result),
        TxnOpResult.Delete delete => new DeleteResponse(revision, delete.Result.Deleted),
        _ => new PutResponse(revision),
    };
}
