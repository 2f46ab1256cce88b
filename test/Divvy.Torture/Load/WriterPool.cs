using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Torture.Members;

namespace Divvy.Torture.Load;

/// <summary>The clients of a run, each starting with another member; and the writers of one round on them.</summary>
public sealed class WriterPool : IAsyncDisposable
{
    private static readonly TimeSpan grace = TimeSpan.FromSeconds(2);

    /// <summary>Clients of their own for the shared keys.</summary>
    private const int Contenders = 4;

    private readonly Cluster cluster;
    private readonly CallRecorder calls;
    private readonly int writerCount;
    private readonly List<EtcdClient> clients = [];
    private readonly List<RecordedClient> recorded;

    public WriterPool(Cluster cluster, CallRecorder calls, int writers)
    {
        this.cluster = cluster;
        this.calls = calls;
        writerCount = writers;
        var endpoints = cluster.Members.Select(member => member.Settings.ClientProxyUrl).ToList();

        // One more for the pulse.
        for (var id = 0; id < writers + Contenders + 1; id++)
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

        recorded = [.. clients.Select(client => new RecordedClient(client, calls))];
    }

    /// <summary>All clients; as many as there are members, at least, begin with one member each.</summary>
    public IReadOnlyList<RecordedClient> Clients => recorded;

    /// <summary>Writes until the work is over; what then hangs is cut off and counts as unknown.</summary>
    /// <param name="ledger">Where the writers book what they were promised.</param>
    /// <param name="reads">Where the reads of the past go.</param>
    /// <param name="prefix">Of the writers' keys.</param>
    /// <param name="oldest">A revision that is not compacted meanwhile.</param>
    /// <param name="seed">Of everything that is drawn.</param>
    /// <param name="work">What happens meanwhile.</param>
    public async Task RunAsync(Ledger ledger, SnapshotReads reads, string prefix, long oldest, int seed, Func<Task> work)
    {
        using var stop = new CancellationTokenSource();
        using var abort = new CancellationTokenSource();
        List<Task> writers =
        [
            .. recorded.Take(writerCount).Select((client, id) =>
                new Writer(client, ledger, $"{prefix}/{id}", (seed * 1_000) + id).RunAsync(stop.Token, abort.Token)),
            .. recorded.Skip(writerCount).Take(Contenders).Select((client, id) =>
                new Contender(client, (seed * 1_000) + 500 + id).RunAsync(stop.Token, abort.Token)),
            .. cluster.Members.Select((member, id) =>
                new PastReader(member, calls, reads, seed + id).RunAsync(oldest, stop.Token, abort.Token)),
            new Pulse(recorded[^1], cluster, calls, ledger, $"{prefix}/pulse").RunAsync(stop.Token, abort.Token),
        ];
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
