using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Tests.Conformance;

/// <summary>The calls of the suite, with strings for bytes.</summary>
public sealed class Api(IRpcChannel channel)
{
    private static readonly RpcCallOptions patience = new() { Timeout = TimeSpan.FromSeconds(30) };

    public IRpcChannel Channel => channel;

    public static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>The end of the range of all keys with a prefix.</summary>
    public static ByteString PrefixEnd(string prefix) => Bytes(prefix[..^1] + (char)(prefix[^1] + 1));

    public static PutRequest NewPut(string key, string value, long lease = 0) =>
        new() { Key = Bytes(key), Value = Bytes(value), Lease = lease };

    public static RangeRequest NewRange(string key) => new() { Key = Bytes(key) };

    public static RangeRequest NewPrefix(string prefix) =>
        new() { Key = Bytes(prefix), RangeEnd = PrefixEnd(prefix) };

    public static DeleteRangeRequest NewDelete(string key) => new() { Key = Bytes(key) };

    public static RequestOp Op(PutRequest put) => new() { RequestPut = put };

    public static RequestOp Op(RangeRequest range) => new() { RequestRange = range };

    public static RequestOp Op(DeleteRangeRequest delete) => new() { RequestDeleteRange = delete };

    public static RequestOp Op(TxnRequest txn) => new() { RequestTxn = txn };

    public async Task<PutResponse> PutAsync(PutRequest request) => await CallAsync(EtcdMethods.Put, request);

    public async Task<long> PutAsync(string key, string value, long lease = 0) =>
        (await PutAsync(NewPut(key, value, lease))).Header.Revision;

    public async Task<RangeResponse> RangeAsync(RangeRequest request) => await CallAsync(EtcdMethods.Range, request);

    public async Task<KeyValue?> GetAsync(string key) => (await RangeAsync(NewRange(key))).Kvs.SingleOrDefault();

    public async Task<DeleteRangeResponse> DeleteAsync(DeleteRangeRequest request) =>
        await CallAsync(EtcdMethods.DeleteRange, request);

    public async Task<TxnResponse> TxnAsync(TxnRequest request) => await CallAsync(EtcdMethods.Txn, request);

    public async Task<CompactionResponse> CompactAsync(long revision) =>
        await CallAsync(EtcdMethods.Compact, new CompactionRequest { Revision = revision, Physical = true });

    public async Task<LeaseGrantResponse> GrantAsync(long ttl, long id = 0) =>
        await CallAsync(EtcdMethods.LeaseGrant, new LeaseGrantRequest { TTL = ttl, ID = id });

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        await channel.UnaryAsync(method, request, patience);

    /// <summary>Current revision, by reading a key that nobody has.</summary>
    public async Task<long> RevisionAsync() => (await RangeAsync(NewRange("no such key"))).Header.Revision;
}
