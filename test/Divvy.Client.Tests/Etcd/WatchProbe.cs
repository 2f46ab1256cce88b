using Divvy.Client.Etcd;

namespace Divvy.Client.Tests.Etcd;

/// <summary>Takes a watch step by step, each step with a limit.</summary>
internal sealed class WatchProbe(IAsyncEnumerable<WatchBatch> watch) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<WatchBatch> batches = watch.GetAsyncEnumerator();

    public async Task<WatchBatch> NextAsync()
    {
        (await batches.MoveNextAsync().AsTask().OrTimeout("the next batch of the watch")).ShouldBeTrue();
        return batches.Current;
    }

    /// <summary>Takes batches until this many events came.</summary>
    public async Task<List<WatchEvent>> EventsAsync(int count)
    {
        List<WatchEvent> events = [];
        while (events.Count < count)
            events.AddRange((await NextAsync()).Events);
        events.Count.ShouldBe(count);
        return events;
    }

    public async Task<bool> EndsAsync() => !await batches.MoveNextAsync().AsTask().OrTimeout("the end of the watch");

    public ValueTask DisposeAsync() => batches.DisposeAsync();
}
