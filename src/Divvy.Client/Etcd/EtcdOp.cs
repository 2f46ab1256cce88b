using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Client.Etcd;

/// <summary>One operation of a transaction. Immutable.</summary>
public sealed class EtcdOp
{
    private EtcdOp(RequestOp message, bool isReadOnly) => (Message, IsReadOnly) = (message, isReadOnly);

    internal RequestOp Message { get; }

    internal bool IsReadOnly { get; }

    public static EtcdOp Get(string key) => Get(EtcdRange.Key(key));

    public static EtcdOp Get(EtcdRange range, GetOptions? options = null) =>
        new(new RequestOp { RequestRange = EtcdMessages.ToRequest(range, options) }, isReadOnly: true);

    /// <param name="key">Not empty.</param>
    /// <param name="value">Copied.</param>
    /// <param name="lease">The lease to hang the key on; 0: none, which detaches a key that hung on one.</param>
    /// <param name="previous">Ask for the key as it was before.</param>
    public static EtcdOp Put(string key, ReadOnlyMemory<byte> value, long lease = 0, bool previous = false)
    {
        var put = EtcdMessages.ToPut(key, value, lease);
        put.PrevKv = previous;
        return new EtcdOp(new RequestOp { RequestPut = put }, isReadOnly: false);
    }

    public static EtcdOp Put(string key, string value, long lease = 0) =>
        Put(key, ByteString.CopyFromUtf8(value).Memory, lease);

    /// <summary>A put that leaves the key on the lease it hangs on. The key has to exist, or the transaction is
    /// refused as a whole.</summary>
    public static EtcdOp PutKeepingLease(string key, ReadOnlyMemory<byte> value)
    {
        var put = EtcdMessages.ToPut(key, value, lease: 0);
        put.IgnoreLease = true;
        return new EtcdOp(new RequestOp { RequestPut = put }, isReadOnly: false);
    }

    public static EtcdOp Delete(string key) => Delete(EtcdRange.Key(key));

    /// <param name="range">What to delete.</param>
    /// <param name="previous">Ask for the keys as they were before.</param>
    public static EtcdOp Delete(EtcdRange range, bool previous = false) =>
        new(new RequestOp { RequestDeleteRange = EtcdMessages.ToDelete(range, previous) }, isReadOnly: false);

    /// <summary>A nested transaction.</summary>
    public static EtcdOp Txn(EtcdTxn txn) => new(new RequestOp { RequestTxn = txn.ToRequest() }, txn.IsReadOnly);
}
