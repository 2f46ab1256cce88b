using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Histories.Watching;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Watches a part of the keys from wherever it begins, again and again. What each watch
/// is owed is judged at the end.</summary>
internal sealed class StoreWatcher
{
    private readonly StoreRun run;
    private readonly SimRandom random;
    private readonly EtcdClient client;

    public StoreWatcher(StoreRun run, int number)
    {
        this.run = run;
        Process = run.World.Start($"watcher-{number}");
        random = run.World.Fork(Process.Name);
        client = run.ClientIn(Process, TimeSpan.FromSeconds(5));
    }

    public SimProcess Process { get; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var owned = client.ConfigureAwait(false);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                using var some = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                using var end = Process.Clock.CreateTimer(
                    static source => ((CancellationTokenSource)source!).Cancel(),
                    some,
                    random.Exponential(TimeSpan.FromSeconds(5)),
                    Timeout.InfiniteTimeSpan);
                await WatchAsync(some.Token).ConfigureAwait(false);
            }
        }
        catch (EtcdException failure)
        {
            run.Report.Violated("watch", $"{Process.Name} was refused: {failure.Message}");
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var prefix = random.Pick(["k", "k1", "lease/"]);
        var options = new WatchOptions
        {
            StartRevision = random.Chance(0.5) ? 0 : 1 + random.Below((int)Math.Max(1, run.History.Log.Last)),
            PreviousKv = random.Chance(0.5),
            NoPut = random.Chance(0.1),
            NoDelete = random.Chance(0.1),
        };
        var request = new WatchRequest(
            KeyRange.Prefix(prefix), options.StartRevision, options.PreviousKv, options.NoPut, options.NoDelete);
        var watch = run.Watches.Observe($"{Process.Name}, {prefix}*", request);
        try
        {
            await foreach (var batch in client.WatchAsync(EtcdRange.Prefix(prefix), options, cancellationToken)
                .ConfigureAwait(false))
            {
                run.Report.Count("watch batches");
                run.World.Trace.Add(
                    TraceKind.Client, Process.Name, batch.Revision, () => $"{prefix}*: {batch.Events.Count} events");
                if (batch.IsCompacted)
                    break;
                if (batch.Events.Count == 0 && options.StartRevision == 0 && watch.First is null)
                    watch.Created(batch.Revision);
                watch.Received(ToResponse(batch));
            }

            watch.Ended();
        }
        catch (OperationCanceledException)
        {
            watch.Ended();
        }
    }

    private WatchResponse ToResponse(WatchBatch batch) => new(
        run.World.Now,
        [.. batch.Events.Select(change => new WatchedEvent(
            StoreHistory.ToEvent(change), change.Previous is { } kv ? StoreHistory.ToRecord(kv) : null))],
        batch.Events.Count == 0 ? batch.Revision : 0);
}
