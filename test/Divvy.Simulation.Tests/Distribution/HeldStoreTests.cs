using System.Reflection;
using System.Threading.Channels;
using Divvy.Client.Etcd;
using Divvy.Simulation.Distribution;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class HeldStoreTests
{
    private readonly IEtcdClient store = DispatchProxy.Create<IEtcdClient, WatchedStore>();
    private readonly HeldStore held;

    public HeldStoreTests() => held = new HeldStore(store);

    private Channel<WatchBatch> Batches => ((WatchedStore)store).Batches;

    [Fact]
    public async Task WatchAsync_HeldTwice_GoesOnWhereItWasWhenBothAreOver()
    {
        await using var watch = held.WatchAsync(EtcdRange.Key("k"), new WatchOptions()).GetAsyncEnumerator();
        Put(1);
        (await watch.MoveNextAsync()).ShouldBeTrue();
        var (first, second) = (held.Hold(), held.Hold());
        Put(2);
        Put(3);
        var next = watch.MoveNextAsync().AsTask();

        first();
        next.IsCompleted.ShouldBeFalse();
        second();

        (await next.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue("the second batch was held for ever");
        watch.Current.Revision.ShouldBe(2);
        (await watch.MoveNextAsync()).ShouldBeTrue();
        watch.Current.Revision.ShouldBe(3);
    }

    private void Put(long revision) => Batches.Writer.TryWrite(new WatchBatch(revision, [])).ShouldBeTrue();

    /// <summary>A store that can be watched and nothing else.</summary>
    public class WatchedStore : DispatchProxy
    {
        public Channel<WatchBatch> Batches { get; } = Channel.CreateUnbounded<WatchBatch>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod?.Name == nameof(IEtcdClient.WatchAsync)
                ? Batches.Reader.ReadAllAsync((CancellationToken)args![2]!)
                : throw new NotSupportedException(targetMethod?.Name);
    }
}
