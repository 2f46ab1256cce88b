using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Client.Etcd;

/// <summary>The one place where etcd's messages become this client's types and the other way round.</summary>
internal static class EtcdMessages
{
    public static RangeRequest ToRequest(EtcdRange range, GetOptions? options)
    {
        options ??= GetOptions.Default;
        return new RangeRequest
        {
            Key = range.Start,
            RangeEnd = range.End,
            Limit = options.Limit,
            Revision = options.Revision,
            Serializable = options.Serializable,
            KeysOnly = options.KeysOnly,
            CountOnly = options.CountOnly,
            SortTarget = (RangeRequest.Types.SortTarget)options.SortBy,
            SortOrder = Order(options),
        };
    }

    /// <summary>The value is copied: the caller may reuse its buffer as soon as the call is made.</summary>
    public static PutRequest ToPut(string key, ReadOnlyMemory<byte> value, long lease) => new()
    {
        Key = EtcdRange.KeyBytes(key),
        Value = ByteString.CopyFrom(value.Span),
        Lease = lease,
    };

    public static DeleteRangeRequest ToDelete(EtcdRange range, bool previous) => new()
    {
        Key = range.Start,
        RangeEnd = range.End,
        PrevKv = previous,
    };

    public static Kv ToKv(KeyValue message) => new(
        message.Key.ToStringUtf8(),
        message.Value.Memory,
        message.CreateRevision,
        message.ModRevision,
        message.Version,
        message.Lease);

    public static RangeResult ToResult(RangeResponse response) =>
        new(Revision(response.Header), [.. response.Kvs.Select(ToKv)], response.More, response.Count);

    public static DeleteResult ToResult(DeleteRangeResponse response) =>
        new(Revision(response.Header), response.Deleted, [.. response.PrevKvs.Select(ToKv)]);

    public static TxnResult ToResult(TxnResponse response)
    {
        // Responses inside a transaction carry no header of their own, or one without a revision.
        var revision = Revision(response.Header);
        return new TxnResult(
            response.Succeeded, revision, [.. response.Responses.Select(op => ToResult(op, revision))]);
    }

    public static WatchEvent ToEvent(Event message) => new(
        message.Type == Event.Types.EventType.Delete ? WatchEventType.Delete : WatchEventType.Put,
        ToKv(message.Kv),
        message.PrevKv is null ? null : ToKv(message.PrevKv));

    public static StatusResult ToResult(StatusResponse response, string endpoint) => new()
    {
        Endpoint = endpoint,
        ClusterId = response.Header?.ClusterId ?? 0,
        MemberId = response.Header?.MemberId ?? 0,
        Version = response.Version,
        Revision = Revision(response.Header),
        DbSize = response.DbSize,
        DbSizeInUse = response.DbSizeInUse,
        Leader = response.Leader,
        RaftTerm = response.RaftTerm,
        RaftIndex = response.RaftIndex,
        RaftAppliedIndex = response.RaftAppliedIndex,
        IsLearner = response.IsLearner,
        Errors = [.. response.Errors],
    };

    public static MemberInfo ToMember(Member member) =>
        new(member.ID, member.Name, [.. member.PeerURLs], [.. member.ClientURLs], member.IsLearner);

    public static long Revision(ResponseHeader? header) => header?.Revision ?? 0;

    private static TxnOpResult ToResult(ResponseOp op, long revision) => op.ResponseCase switch
    {
        ResponseOp.ResponseOneofCase.ResponseRange =>
            new TxnOpResult.Get(ToResult(op.ResponseRange) with { Revision = revision }),
        ResponseOp.ResponseOneofCase.ResponsePut =>
            new TxnOpResult.Put(op.ResponsePut.PrevKv is null ? null : ToKv(op.ResponsePut.PrevKv)),
        ResponseOp.ResponseOneofCase.ResponseDeleteRange =>
            new TxnOpResult.Delete(ToResult(op.ResponseDeleteRange) with { Revision = revision }),
        ResponseOp.ResponseOneofCase.ResponseTxn =>
            new TxnOpResult.Txn(ToResult(op.ResponseTxn) with { Revision = revision }),
        _ => throw new InvalidDataException("the store answered an operation of a transaction with nothing"),
    };

    private static RangeRequest.Types.SortOrder Order(GetOptions options)
    {
        if (options.Descending)
            return RangeRequest.Types.SortOrder.Descend;
        // Key order is what the store returns anyway, and asking for it would make it read the whole range.
        return options.SortBy == EtcdSort.Key
            ? RangeRequest.Types.SortOrder.None
            : RangeRequest.Types.SortOrder.Ascend;
    }
}
