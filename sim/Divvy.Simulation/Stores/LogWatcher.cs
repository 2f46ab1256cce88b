using System.Globalization;
using Divvy.Client.Etcd;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Watches everything from the beginning, through all faults: nothing is compacted that it has not seen, so it
/// is owed every event of every revision, once and in order. What it saw is the log that all else is measured
/// against.</summary>
internal sealed class LogWatcher
{
    private const string LeasePrefix = "lease/";

    private readonly StoreRun run;
    private readonly EtcdClient client;

    public LogWatcher(StoreRun run)
    {
        this.run = run;
        Process = run.World.Start("watcher-0");
        client = run.ClientIn(Process, TimeSpan.FromSeconds(5));
    }

    public SimProcess Process { get; }

    /// <summary>Everything up to here has come.</summary>
    public long Seen => run.History.Log.Last;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var owned = client.ConfigureAwait(false);
        var options = new WatchOptions { StartRevision = run.History.Log.First, PreviousKv = true };
        try
        {
            await foreach (var batch in client.WatchAsync(EtcdRange.All, options, cancellationToken)
                .ConfigureAwait(false))
            {
                if (batch.IsCompacted)
                {
                    run.Report.Violated(
                        "watch", $"{Process.Name} is told that {batch.CompactRevision} was compacted at {Seen}");
                    return;
                }

                if (!Take(batch))
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private bool Take(WatchBatch batch)
    {
        foreach (var revision in batch.Events.GroupBy(change => change.Kv.ModRevision))
        {
            if (revision.Key != Seen + 1)
            {
                run.Report.Violated("watch", $"{Process.Name} saw revision {revision.Key} after {Seen}");
                return false;
            }

            run.History.Log.Append(revision.Key, [.. revision.Select(StoreHistory.ToEvent)]);
            run.World.Trace.Add(
                TraceKind.Client, Process.Name, revision.Key, () => $"sees revision {revision.Key}");
            foreach (var gone in revision.Where(IsLeaseGone))
                run.Leases.ObserveEnded(IdOf(gone.Key), revision.Key, run.World.Now);
        }

        return true;
    }

    private static bool IsLeaseGone(WatchEvent change) =>
        change.IsDelete && change.Key.StartsWith(LeasePrefix, StringComparison.Ordinal);

    private static long IdOf(string key) =>
        long.Parse(key.AsSpan(LeasePrefix.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
