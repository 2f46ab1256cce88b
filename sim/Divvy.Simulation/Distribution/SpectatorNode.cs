using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>Watches all of the store from its first revision on, through the store's own API. No fault strikes it; it
/// may be late, and misses nothing.</summary>
internal sealed class SpectatorNode : Node
{
    private readonly EtcdClient store;
    private readonly RecordBook book;
    private readonly RunReport report;

    public SpectatorNode(
        SimProcess process, SimNetwork network, IReadOnlyList<string> stores, RecordBook book, RunReport report)
        : base(process)
    {
        this.book = book;
        this.report = report;
        store = new EtcdClient(
            new EtcdClientOptions
            {
                Endpoints = [.. stores.Select(name => new Uri($"http://{name}"))],
                Channels = endpoint => new SimChannel(network, process, endpoint.Host),
                Dice = Dice.Of(process),
            },
            process.Clock);
    }

    public void Start() => Process.Deliver(() => _ = WatchAsync());

    private async Task WatchAsync()
    {
        var layout = new StoreLayout();
        var all = EtcdRange.Between(layout.RangeStart, layout.RangeEnd);
        try
        {
            await foreach (var batch in store.WatchAsync(all, new WatchOptions { StartRevision = 1 })
                .ConfigureAwait(false))
            {
                if (batch.IsCompacted)
                    report.Violated("spectator", $"the store was compacted at {batch.CompactRevision}");
                book.Take(batch);
            }
        }
        catch (EtcdException failure)
        {
            report.Violated("spectator", $"the watch was refused: {failure.Message}");
        }
    }
}
