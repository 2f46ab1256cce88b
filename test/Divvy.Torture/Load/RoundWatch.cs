using Divvy.Histories.KeyValue;
using Divvy.Histories.Watching;
using Divvy.Torture.Members;

namespace Divvy.Torture.Load;

/// <summary>The watches of one round: of everything, and of the contended keys with what they were before, from each member
/// on.</summary>
public sealed class RoundWatch : IAsyncDisposable
{
    private static readonly TimeSpan catchUpLimit = TimeSpan.FromSeconds(60);

    private readonly WatchChecker checker = new();
    private readonly CancellationTokenSource stop = new();
    private readonly List<Watcher> watchers = [];
    private readonly Task running;

    /// <param name="cluster">Who is asked.</param>
    /// <param name="clients">One client a member, that begins there.</param>
    /// <param name="calls">The clock.</param>
    /// <param name="from">The first revision of the round.</param>
    public RoundWatch(Cluster cluster, IReadOnlyList<RecordedClient> clients, CallRecorder calls, long from)
    {
        var contended = KeyRange.Prefix(Contender.Prefix);
        for (var at = 0; at < cluster.Members.Count; at++)
        {
            var name = cluster.Members[at].Name;
            var client = clients[at % clients.Count].Inner;
            foreach (var request in (WatchRequest[])
                [
                    new(KeyRange.All, from),
                    new(contended, from, WithPrevious: true),
                    new(contended, NoDelete: at % 2 == 0, NoPut: at % 2 == 1),
                ])
            {
                watchers.Add(new Watcher(client, calls, checker.Observe($"watch of {request.Range} from {name}", request)));
            }
        }

        running = Task.WhenAll(watchers.Select(watcher => watcher.RunAsync(stop.Token)));
    }

    /// <summary>Waits until every watch has everything, ends them, and hands out what they saw.
    /// <exception cref="TortureViolation">One does not get there.</exception></summary>
    public async Task<WatchChecker> FinishAsync(EventLog log, Func<TimeSpan> now)
    {
        using var limit = new CancellationTokenSource(catchUpLimit);
        while (Behind(log, now()) is { } behind)
        {
            if (limit.IsCancellationRequested)
                throw new TortureViolation(behind);
            await Task.Delay(5);
        }

        await stop.CancelAsync();
        await running;
        return checker;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    /// <summary>Looks at everything while no watch adds to it.</summary>
    private string? Behind(EventLog log, TimeSpan now) =>
        watchers.Aggregate(
            () => checker.Behind(log, log.Last, now) is [var first, ..] ? first.ToString() : null,
            (Func<string?> look, Watcher watcher) => () => watcher.Look(look))();
}
