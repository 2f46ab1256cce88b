using Divvy.Client.Etcd;
using Divvy.Histories.Watching;

namespace Divvy.Torture.Load;

/// <summary>One watch for a whole round; the client goes on with it at whichever member answers. Thread-safe.</summary>
public sealed class Watcher
{
    private readonly EtcdClient client;
    private readonly CallRecorder calls;
    private readonly WatchHistory history;
    private readonly Lock gate = new();

    public Watcher(EtcdClient client, CallRecorder calls, WatchHistory history)
    {
        this.client = client;
        this.calls = calls;
        this.history = history;
    }

    /// <summary>Reads what is recorded while nothing is added.</summary>
    public T Look<T>(Func<T> look)
    {
        lock (gate)
            return look();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        var request = history.Request;
        var options = new WatchOptions
        {
            StartRevision = request.StartRevision,
            PreviousKv = request.WithPrevious,
            NoPut = request.NoPut,
            NoDelete = request.NoDelete,
        };
        try
        {
            await foreach (var batch in client.WatchAsync(StoreCalls.Range(request.Range), options, stop))
            {
                lock (gate)
                    Take(batch);
            }
        }
        catch (Exception failure) when (failure is EtcdException or OperationCanceledException)
        {
            // The round is over, or the client gave up; what was delivered until then is judged.
        }

        lock (gate)
            history.Ended();
    }

    private void Take(WatchBatch batch)
    {
        if (batch.IsCompacted)
            return;
        if (history.First is null)
            history.Created(batch.Revision);
        history.Received(new WatchResponse(
            calls.Now,
            [.. batch.Events.Select(one =>
                new WatchedEvent(StoreCalls.Event(one), one.Previous is { } before ? StoreCalls.Record(before) : null))],
            batch.Revision));
    }
}
