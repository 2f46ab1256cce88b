using Divvy.Client.Etcd;
using Divvy.Torture.Members;

namespace Divvy.Torture.Load;

/// <summary>The clients of a run, each starting with another member; and the writers of one round on them.</summary>
public sealed class WriterPool : IAsyncDisposable
{
    private static readonly TimeSpan grace = TimeSpan.FromSeconds(2);

    private readonly Cluster cluster;
    private readonly List<EtcdClient> clients = [];

    public WriterPool(Cluster cluster, int count)
    {
        this.cluster = cluster;
        var endpoints = cluster.Members.Select(member => member.Settings.ClientUrl).ToList();
        for (var id = 0; id < count; id++)
        {
            var first = id % endpoints.Count;
            clients.Add(new EtcdClient(new EtcdClientOptions
            {
                Endpoints = [.. endpoints.Skip(first), .. endpoints.Take(first)],
                Timeout = TimeSpan.FromSeconds(3),
                BackoffBase = TimeSpan.FromMilliseconds(5),
                BackoffMax = TimeSpan.FromMilliseconds(40),
            }));
        }
    }

    /// <summary>Writes until the work is over; what then hangs is cut off and counts as unknown.</summary>
    public async Task RunAsync(Ledger ledger, string prefix, int seed, Func<Task> work)
    {
        using var stop = new CancellationTokenSource();
        using var abort = new CancellationTokenSource();
        var writers = clients.Select((client, id) =>
            new Writer(client, ledger, $"{prefix}/{id}", (seed * 1_000) + id).RunAsync(stop.Token, abort.Token)).ToList();
        writers.Add(new Pulse(clients[^1], cluster, ledger, $"{prefix}/pulse").RunAsync(stop.Token, abort.Token));
        try
        {
            await work();
        }
        finally
        {
            await stop.CancelAsync();
            abort.CancelAfter(grace);
            await Task.WhenAll(writers);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
            await client.DisposeAsync();
    }
}
