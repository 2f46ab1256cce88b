using Divvy.Rpc;

namespace Divvy.Client.Etcd;

/// <summary>Decides whether an attempt that failed may be made again.</summary>
/// <remarks>
/// A read can be repeated after any failure that is not the store's considered answer. A write can be repeated only
/// if it was certainly not applied, for a second application is a second effect: an optimistic transaction would fail
/// on its own first application and tell its caller that somebody else won. Certain are: the connection was never made;
/// the member knew no leader (it checks on arrival because every call carries <c>hasleader</c>, and does not send this
/// text after a proposal); the member refused to propose ("too many requests"); the token was refused. Not certain is
/// everything else that is not an answer: a broken connection, a deadline, "leader changed", "request timed out",
/// "server stopped".
/// </remarks>
internal static class RetryRules
{
    private const string StorePrefix = "etcdserver: ";

    public static RetryVerdict Judge(RpcException failure)
    {
        if (NeedsToken(failure))
            return RetryVerdict.Reauthenticate;
        if (failure.NeverSent || WasNotProposed(failure))
            return RetryVerdict.Retry;
        return IsAnswer(failure) ? RetryVerdict.Refused : RetryVerdict.Unknown;
    }

    /// <summary>The store wants a token, or another one.</summary>
    public static bool NeedsToken(RpcException failure) =>
        Says(failure, "invalid auth token")
        || Says(failure, "revision of auth store is old")
        || Says(failure, "user name is empty");

    private static bool WasNotProposed(RpcException failure) =>
        (failure.Code == RpcStatusCode.Unavailable
            && (Says(failure, "no leader") || Says(failure, "rpc not supported for learner")))
        || (failure.Code == RpcStatusCode.ResourceExhausted && Says(failure, "too many requests"));

    /// <summary>The store understood the request and said no. A status that a transport may also make up counts only
    /// with the store's text.</summary>
    private static bool IsAnswer(RpcException failure) => failure.Code switch
    {
        RpcStatusCode.InvalidArgument or RpcStatusCode.NotFound or RpcStatusCode.AlreadyExists
            or RpcStatusCode.PermissionDenied or RpcStatusCode.FailedPrecondition or RpcStatusCode.OutOfRange
            or RpcStatusCode.Unimplemented or RpcStatusCode.Unauthenticated => true,
        RpcStatusCode.ResourceExhausted or RpcStatusCode.DataLoss =>
            failure.Detail.StartsWith(StorePrefix, StringComparison.Ordinal),
        _ => false,
    };

    private static bool Says(RpcException failure, string text) =>
        failure.Detail.StartsWith(StorePrefix + text, StringComparison.Ordinal);
}
