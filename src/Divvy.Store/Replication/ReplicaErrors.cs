using Divvy.Rpc;

namespace Divvy.Store.Replication;

/// <summary>How a request fails when the cluster cannot serve it. The texts are etcd's, as clients match
/// them.</summary>
internal static class ReplicaErrors
{
    public static RpcException TimedOut() => Unavailable("request timed out");

    public static RpcException LeaderLost() =>
        Unavailable("request timed out, possibly due to previous leader failure");

    public static RpcException ConnectionLost() =>
        Unavailable("request timed out, possibly due to connection lost");

    public static RpcException NoLeader() => Unavailable("no leader");

    public static RpcException Stopped() => Unavailable("server stopped");

    /// <summary>A snapshot replaced the state that a stream was reading; its client resumes.</summary>
    public static RpcException StateReplaced() => Unavailable("leader changed");

    public static RpcException TooManyRequests() =>
        new(RpcStatusCode.ResourceExhausted, "etcdserver: too many requests");

    public static RpcException NotLeader() =>
        new(RpcStatusCode.FailedPrecondition, "etcdserver: not leader");

    public static RpcException BadTransferee() =>
        new(RpcStatusCode.FailedPrecondition, "etcdserver: bad leader transferee");

    public static RpcException TransferTimedOut() =>
        new(RpcStatusCode.Unavailable, "etcdserver: request timed out, leader transfer took too long");

    private static RpcException Unavailable(string text) => new(RpcStatusCode.Unavailable, $"etcdserver: {text}");
}
