using Divvy.Client.Etcd;
using Divvy.Rpc;

namespace Divvy.Client.Tests.Etcd;

public sealed class RetryRulesTests
{
    [Theory]
    [InlineData(RpcStatusCode.Unavailable, "etcdserver: no leader", "Retry")]
    [InlineData(RpcStatusCode.Unavailable, "etcdserver: rpc not supported for learner", "Retry")]
    [InlineData(RpcStatusCode.ResourceExhausted, "etcdserver: too many requests", "Retry")]
    [InlineData(RpcStatusCode.Unavailable, "etcdserver: leader changed", "Unknown")]
    [InlineData(RpcStatusCode.Unavailable, "etcdserver: request timed out", "Unknown")]
    [InlineData(RpcStatusCode.Unavailable, "etcdserver: server stopped", "Unknown")]
    [InlineData(RpcStatusCode.Unavailable, "connection reset", "Unknown")]
    [InlineData(RpcStatusCode.DeadlineExceeded, "deadline", "Unknown")]
    [InlineData(RpcStatusCode.Internal, "stream reset", "Unknown")]
    [InlineData(RpcStatusCode.Cancelled, "stream reset", "Unknown")]
    [InlineData(RpcStatusCode.Unknown, "no leader", "Unknown")]
    [InlineData(RpcStatusCode.ResourceExhausted, "the response is too large", "Unknown")]
    [InlineData(RpcStatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded", "Refused")]
    [InlineData(RpcStatusCode.InvalidArgument, "etcdserver: key is not provided", "Refused")]
    [InlineData(RpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted", "Refused")]
    [InlineData(RpcStatusCode.NotFound, "etcdserver: requested lease not found", "Refused")]
    [InlineData(RpcStatusCode.PermissionDenied, "etcdserver: permission denied", "Refused")]
    [InlineData(RpcStatusCode.Unauthenticated, "etcdserver: invalid auth token", "Reauthenticate")]
    [InlineData(RpcStatusCode.InvalidArgument, "etcdserver: revision of auth store is old", "Reauthenticate")]
    [InlineData(RpcStatusCode.InvalidArgument, "etcdserver: user name is empty", "Reauthenticate")]
    public void Judge_Answer_IsWhatTheStoreMeansByIt(RpcStatusCode code, string detail, string verdict) =>
        RetryRules.Judge(new RpcException(code, detail)).ToString().ShouldBe(verdict);

    [Fact]
    public void Judge_NeverSent_MayBeRepeatedWhateverTheStatus() =>
        RetryRules.Judge(new RpcException(RpcStatusCode.Unavailable, "refused") { NeverSent = true })
            .ShouldBe(RetryVerdict.Retry);
}
