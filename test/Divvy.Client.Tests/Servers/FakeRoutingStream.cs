using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Client.Tests.Servers;

/// <summary>One routing stream in the hands of a test.</summary>
internal sealed class FakeRoutingStream(
    WatchRoutingRequest request, IRpcWriter<RoutingUpdate> responses, RpcServerContext context)
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WatchRoutingRequest Request => request;

    public CancellationToken Gone => context.CancellationToken;

    public Task Ended => ended.Task;

    public Task SendSnapshotAsync(long revision, params Route[] routes) =>
        SendSnapshotAsync(revision, ShardingLayout.Fixed, routes);

    public Task SendSnapshotAsync(long revision, ShardingLayout layout, params Route[] routes) =>
        responses.WriteAsync(new RoutingUpdate
        {
            Revision = revision,
            Snapshot = true,
            Layout = layout,
            Routes = { routes },
        }).AsTask();

    public Task SendDeltaAsync(long revision, params Route[] routes) =>
        responses.WriteAsync(new RoutingUpdate { Revision = revision, Routes = { routes } }).AsTask();

    public void Break() => ended.TrySetException(new RpcException(RpcStatusCode.Unavailable, "the test broke the stream"));
}
