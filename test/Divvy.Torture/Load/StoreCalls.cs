using System.Text;
using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;

namespace Divvy.Torture.Load;

/// <summary>Requests and answers of the histories as calls of the client, and back.</summary>
public static class StoreCalls
{
    private static readonly GetOptions serializable = new() { Serializable = true };

    public static async Task<KeyValueResponse> SendAsync(
        EtcdClient client, KeyValueRequest request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case PutRequest put:
                return new PutResponse(await client.PutAsync(put.Key, Bytes(put.Value), put.Lease, cancellationToken));
            case DeleteRequest delete:
                var deleted = await client.DeleteAsync(Range(delete.Range), cancellationToken: cancellationToken);
                return new DeleteResponse(deleted.Revision, deleted.Deleted);
            case RangeRequest range:
                return Response(await client.GetAsync(Range(range.Range), Options(range), cancellationToken));
            case TxnRequest txn:
                return Response(await client.TxnAsync(Txn(txn), cancellationToken));
            case RevokeRequest revoke:
                await client.RevokeAsync(revoke.Lease, cancellationToken);
                return new RevokeResponse(0);
            default:
                throw new ArgumentException($"{request.GetType().Name} cannot be sent", nameof(request));
        }
    }

    public static KeyRecord Record(Kv kv) =>
        new(kv.Key, kv.Text, kv.CreateRevision, kv.ModRevision, kv.Version, kv.Lease);

    public static StoreEvent Event(WatchEvent change) =>
        change.IsDelete ? StoreEvent.Delete(change.Key, change.Kv.ModRevision) : StoreEvent.Put(Record(change.Kv));

    public static EtcdRange Range(KeyRange range) =>
        range.IsSingle ? EtcdRange.Key(range.Start)
        : range == KeyRange.All ? EtcdRange.All
        : EtcdRange.Between(range.Start, range.End);

    private static GetOptions Options(RangeRequest range) =>
        (range.Serializable ? serializable : GetOptions.Default) with { Revision = range.AtRevision, Limit = range.Limit };

    private static EtcdTxn Txn(TxnRequest txn) =>
        EtcdTxn.If(txn.Compares.Select(Compare)).Then(txn.Success.Select(Operation)).Else(txn.Failure.Select(Operation));

    private static EtcdOp Operation(KeyValueRequest request) => request switch
    {
        PutRequest put => EtcdOp.Put(put.Key, put.Value, put.Lease),
        DeleteRequest delete => EtcdOp.Delete(Range(delete.Range)),
        RangeRequest range => EtcdOp.Get(Range(range.Range), Options(range)),
        TxnRequest txn => EtcdOp.Txn(Txn(txn)),
        _ => throw new ArgumentException($"{request.GetType().Name} cannot be part of a transaction", nameof(request)),
    };

    private static EtcdCompare Compare(KeyCompare compare)
    {
        var key = compare.Range.Start;
        if (compare.Target == CompareTarget.Value)
        {
            var subject = EtcdCompare.Value(key);
            var value = Bytes(compare.Value);
            return compare.Result switch
            {
                CompareResult.Equal => subject.Equal(value),
                CompareResult.NotEqual => subject.NotEqual(value),
                CompareResult.Greater => subject.Greater(value),
                _ => subject.Less(value),
            };
        }

        var number = compare.Target switch
        {
            CompareTarget.Version => EtcdCompare.Version(key),
            CompareTarget.CreateRevision => EtcdCompare.CreateRevision(key),
            CompareTarget.Lease => EtcdCompare.Lease(key),
            _ => EtcdCompare.ModRevision(key),
        };
        return compare.Result switch
        {
            CompareResult.Equal => number.Equal(compare.Number),
            CompareResult.NotEqual => number.NotEqual(compare.Number),
            CompareResult.Greater => number.Greater(compare.Number),
            _ => number.Less(compare.Number),
        };
    }

    private static RangeResponse Response(RangeResult result) =>
        new(result.Revision, [.. result.Items.Select(Record)], result.Count);

    private static TxnResponse Response(TxnResult result) => new(
        result.Revision,
        result.Succeeded,
        [.. result.Responses.Select(response => (KeyValueResponse)(response switch
        {
            TxnOpResult.Get get => Response(get.Result),
            TxnOpResult.Delete delete => new DeleteResponse(0, delete.Result.Deleted),
            TxnOpResult.Txn txn => Response(txn.Result),
            _ => new PutResponse(0),
        }))]);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
