using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Services;

/// <summary>The core's results as etcd's answers. Bytes are not copied: records are immutable.</summary>
internal static class ResponseMapping
{
    public static RangeResponse ToResponse(this RangeResult result, RangeOperation operation, ResponseHeader header)
    {
        var response = new RangeResponse { Header = header, Count = result.Count, More = result.More };
        response.Kvs.Capacity = result.Records.Count;
        foreach (var record in result.Records)
            response.Kvs.Add(record.ToKeyValue(withValue: !operation.KeysOnly));
        return response;
    }

    public static PutResponse ToResponse(this PutResult result, ResponseHeader header) =>
        new() { Header = header, PrevKv = result.Previous?.ToKeyValue() };

    public static DeleteRangeResponse ToResponse(this DeleteRangeResult result, ResponseHeader header)
    {
        var response = new DeleteRangeResponse { Header = header, Deleted = result.Deleted };
        response.PrevKvs.Add(result.Previous.Select(record => record.ToKeyValue()));
        return response;
    }

    /// <summary>Only the outermost answer names the cluster; those inside have the revision alone, as etcd's.</summary>
    public static TxnResponse ToResponse(this TxnResult result, ResponseHeader header)
    {
        var response = new TxnResponse { Header = header, Succeeded = result.Succeeded };
        for (var index = 0; index < result.Results.Count; index++)
            response.Responses.Add(ToResponseOp(result.Results[index], result.Branch[index]));
        return response;
    }

    public static Event ToEvent(this WatchEvent change) => new()
    {
        Type = change.Record.IsTombstone ? Event.Types.EventType.Delete : Event.Types.EventType.Put,
        Kv = change.Record.ToKeyValue(),
        PrevKv = change.Previous?.ToKeyValue(),
    };

    private static ResponseOp ToResponseOp(MvccResult result, MvccOperation operation)
    {
        var header = new ResponseHeader { Revision = result.Revision };
        return result switch
        {
            RangeResult range => new ResponseOp { ResponseRange = range.ToResponse((RangeOperation)operation, header) },
            PutResult put => new ResponseOp { ResponsePut = put.ToResponse(header) },
            DeleteRangeResult delete => new ResponseOp { ResponseDeleteRange = delete.ToResponse(header) },
            TxnResult txn => new ResponseOp { ResponseTxn = txn.ToResponse(header) },
            _ => throw new InvalidOperationException($"{result.GetType().Name} is no result of an operation"),
        };
    }

    private static KeyValue ToKeyValue(this KeyRecord record, bool withValue = true) => new()
    {
        Key = UnsafeByteOperations.UnsafeWrap(record.Key),
        Value = withValue ? UnsafeByteOperations.UnsafeWrap(record.Value) : ByteString.Empty,
        CreateRevision = record.CreateRevision,
        ModRevision = record.ModRevision,
        Version = record.Version,
        Lease = record.Lease,
    };
}
