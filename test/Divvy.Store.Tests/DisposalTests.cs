using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.Store.Failpoints;
using Divvy.TestKit;

namespace Divvy.Store.Tests;

/// <summary>The end of a member in the middle of its work.</summary>
public sealed class DisposalTests : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly TempDirectory folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Dispose_SnapshotBeingWritten_WaitsForIt()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isWritten = false;
        var registry = new FailpointRegistry(new FailpointEffects(
            time =>
            {
                reached.TrySetResult();
                FailpointEffects.Real.Sleep(time);
                Volatile.Write(ref isWritten, true);
            },
            static _ => { },
            static _ => { }));
        var store = EmbeddedStore.Open(
            new EmbeddedStoreOptions { DataDirectory = folder.Path, Failpoints = registry });
        await store.Ready.WaitAsync(patience);
        var services = new RpcServices();
        store.MapTo(services);
        await using var channel = new InProcessChannel(services);
        registry.Find("defragBeforeRename")!.TrySet("1*sleep(300)").ShouldBeTrue();
        var defragment = channel.UnaryAsync(EtcdMethods.Defragment, new DefragmentRequest()).AsTask();
        await reached.Task.WaitAsync(patience);

        await store.DisposeAsync();

        Volatile.Read(ref isWritten).ShouldBeTrue("the folder was let go while a snapshot was written into it");
        await defragment.WaitAsync(patience);
        var late = channel.UnaryAsync(EtcdMethods.Defragment, new DefragmentRequest()).AsTask();
        (await Should.ThrowAsync<RpcException>(late.WaitAsync(patience))).Code.ShouldBe(RpcStatusCode.Unavailable);
    }
}
