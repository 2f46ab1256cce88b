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

    private int Sent => ((WatchedStore)store).Sent;

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

    [Fact]
    public async Task TxnAsync_StoppedBeforeItIsSent_IsSentAfterThatThoughItWasTakenBackMeanwhile()
    {
        var until = new TaskCompletionSource();
        var stopped = new HeldStore(store) { BeforeTxn = _ => until.Task };
        using var taken = new CancellationTokenSource();
        var call = stopped.TxnAsync(EtcdTxn.If(), taken.Token);
        Sent.ShouldBe(0);
        await taken.CancelAsync();

        until.SetResult();

        (await call.WaitAsync(TimeSpan.FromSeconds(10))).Revision.ShouldBe(7);
        Sent.ShouldBe(1);
    }

    [Fact]
    public async Task TxnAsync_NotStopped_IsSentAtOnce()
    {
        var free = new HeldStore(store) { BeforeTxn = _ => null };

        (await free.TxnAsync(EtcdTxn.If())).Revision.ShouldBe(7);

        Sent.ShouldBe(1);
    }

    private void Put(long revision) => Batches.Writer.TryWrite(new WatchBatch(revision, [])).ShouldBeTrue();

    /// <summary>A store that can be watched, and that takes transactions.</summary>
    public class WatchedStore : DispatchProxy
    {
        public Channel<WatchBatch> Batches { get; } = Channel.CreateUnbounded<WatchBatch>();

        public int Sent { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
        {
            nameof(IEtcdClient.WatchAsync) => Batches.Reader.ReadAllAsync((CancellationToken)args![2]!),
            nameof(IEtcdClient.TxnAsync) => SendAsync((CancellationToken)args![1]!),
            var other => throw new NotSupportedException(other),
        };

        private Task<TxnResult> SendAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Sent++;
            return Task.FromResult(new TxnResult(true, 7, []));
        }
    }
}
