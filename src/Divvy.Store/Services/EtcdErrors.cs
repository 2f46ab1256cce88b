using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Rpc;

namespace Divvy.Store.Services;

/// <summary>The one table from outcomes to statuses. Clients of etcd match the texts, so they are etcd's to the
/// letter.</summary>
internal static partial class EtcdErrors
{
    public static RpcException RequestTooLarge() =>
        new(RpcStatusCode.InvalidArgument, "etcdserver: request is too large");

    public static RpcException NoSpace() =>
        new(RpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded");

    public static RpcException Stopped() => new(RpcStatusCode.Unavailable, "etcdserver: server stopped");

    /// <summary>Throws unless the outcome is Ok.</summary>
    public static void ThrowIfRefused(MvccOutcome outcome)
    {
        if (outcome != MvccOutcome.Ok)
            throw ToException(outcome);
    }

    public static string Reason(WatchRefusal refusal) => refusal switch
    {
        WatchRefusal.EmptyRange => "mvcc: watcher range is empty",
        WatchRefusal.DuplicateId => "mvcc: duplicate watch ID provided on the WatchStream",
        WatchRefusal.InvalidToken => "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token",
        WatchRefusal.UserNameEmpty => "rpc error: code = InvalidArgument desc = etcdserver: user name is empty",
        WatchRefusal.OldAuthRevision =>
            "rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old",
        WatchRefusal.PermissionDenied => "rpc error: code = PermissionDenied desc = etcdserver: permission denied",
        _ => "etcdserver: too many requests",
    };

    private static RpcException ToException(MvccOutcome outcome)
    {
        var (code, text) = outcome switch
        {
            MvccOutcome.KeyNotProvided => (RpcStatusCode.InvalidArgument, "key is not provided"),
            MvccOutcome.KeyNotFound => (RpcStatusCode.InvalidArgument, "key not found"),
            MvccOutcome.ValueProvided => (RpcStatusCode.InvalidArgument, "value is provided"),
            MvccOutcome.LeaseProvided => (RpcStatusCode.InvalidArgument, "lease is provided"),
            MvccOutcome.TooManyOperations => (RpcStatusCode.InvalidArgument, "too many operations in txn request"),
            MvccOutcome.DuplicateKey => (RpcStatusCode.InvalidArgument, "duplicate key given in txn request"),
            MvccOutcome.Compacted => (RpcStatusCode.OutOfRange, "mvcc: required revision has been compacted"),
            MvccOutcome.FutureRevision => (RpcStatusCode.OutOfRange, "mvcc: required revision is a future revision"),
            MvccOutcome.LeaseNotFound => (RpcStatusCode.NotFound, "requested lease not found"),
            MvccOutcome.LeaseExists => (RpcStatusCode.FailedPrecondition, "lease already exists"),
            MvccOutcome.NoSpace => (RpcStatusCode.ResourceExhausted, "mvcc: database space exceeded"),
            MvccOutcome.Corrupt => (RpcStatusCode.DataLoss, "corrupt cluster"),
            MvccOutcome.LeaseTtlTooLarge => (RpcStatusCode.OutOfRange, "too large lease TTL"),
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "an outcome without a status"),
        };
        return new RpcException(code, $"etcdserver: {text}");
    }
}
