using System.Diagnostics;
using System.Globalization;
using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Torture.Checks;
using Divvy.Torture.Faults;
using Divvy.Torture.Load;
using Divvy.Torture.Members;

namespace Divvy.Torture;

/// <summary>Rounds of work, death, restart and proof. In each round clients write without pause while one or more members are
/// killed at a moment drawn from the seed, at times in the middle of a defragmentation, a compaction, a snapshot or at a
/// failpoint, and started again on the same data; or paused, or cut off from each other or from clients. Then everything the
/// clients were promised is checked, at every member:
/// <list type="bullet">
/// <item>no acknowledged write is lost (<see cref="StateCheck"/>), and no read contradicts one (<see cref="Writer"/>);</item>
/// <item>all members have the same content, and revisions never go back (<see cref="Convergence"/>);</item>
/// <item>the history has no gap, is never rewritten, and holds every write once (<see cref="History"/>);</item>
/// <item>all calls fit into one order, and all watches and reads of the past agree with it (<see cref="HistoryCheck"/>).
/// </item>
/// </list>
/// The first broken promise ends the run and keeps the data.</summary>
public sealed class TortureRun : IAsyncDisposable
{
    /// <summary>Keys of older rounds are deleted: the store stays small and deletions of ranges are part of the game.</summary>
    private const int RoundsKept = 10;

    private const string WriterPrefix = "torture/";

    /// <summary>Writes acknowledged after the restart before a round may end.</summary>
    private const int WritesAfterRestart = 20;

    /// <summary>Far more than an election takes, for the machine may be busy.</summary>
    private static readonly TimeSpan writesLimit = TimeSpan.FromSeconds(60);

    private readonly TortureOptions options;
    private readonly Action<string> print;
    private readonly Cluster cluster;
    private readonly WriterPool writers;
    private readonly Killer killer;
    private readonly Convergence convergence;
    private readonly History history = new();
    private readonly CallRecorder calls = new();
    private readonly HistoryCheck historyCheck;
    private readonly RecordedClient cleaner;
    private readonly SortedDictionary<string, Attempt> promised = new(StringComparer.Ordinal);
    private long acknowledged;
    private long unknown;
    private long reads;
    private long revision = 1;

    public TortureRun(TortureOptions options, Action<string> print)
    {
        this.options = options;
        this.print = print;
        cluster = new Cluster(options.Target, options.Members, options.Directory);
        writers = new WriterPool(cluster, calls, options.Writers);
        historyCheck = new HistoryCheck(options.Directory, WriterPrefix, Contender.Prefix);
        cleaner = new RecordedClient(cluster.Members[0].Client, calls);
        killer = new Killer(cluster);
        convergence = new Convergence(cluster);
    }

    public async Task<TortureSummary> RunAsync(CancellationToken cancellationToken = default)
    {
        string? violation = null;
        var round = 0;
        try
        {
            await cluster.StartAsync();
            while (round < options.Rounds && calls.Now < options.Duration && !cancellationToken.IsCancellationRequested)
                await RoundAsync(++round);
        }
        catch (Exception failure) when (failure is TortureViolation or EtcdException or TimeoutException)
        {
            violation = $"round {round}: {failure.Message}";
        }

        return new TortureSummary(
            round, killer.Kills, killer.Disturbances, acknowledged, unknown, reads, historyCheck.Calls, revision, killer.Reached,
            violation);
    }

    public async ValueTask DisposeAsync()
    {
        await writers.DisposeAsync();
        await cluster.DisposeAsync();
    }

    private async Task RoundAsync(int round)
    {
        var watch = Stopwatch.StartNew();
        var seed = (options.Seed * 100_003) + round;
        var plan = FaultPlan.Draw(new Random(seed), options.Members, options.Target.HasFailpoints);
        var ledger = new Ledger();
        var did = "";
        var pastReads = new SnapshotReads();
        await using var watches = new RoundWatch(cluster, writers.Clients, calls, historyCheck.Revision + 1);
        await writers.RunAsync(ledger, pastReads, Prefix(round), historyCheck.Revision, seed, async () =>
        {
            did = await killer.RunAsync(plan, CompactionOf(round));
            await cluster.StartAsync();
            await WaitForWritesAsync(ledger);
        });
        acknowledged += ledger.Acknowledged;
        unknown += ledger.Unknown;
        reads += ledger.Reads;
        var serving = watch.Elapsed;
        var hash = await CheckAsync(round, ledger);
        var log = historyCheck.Log(history.EventsAt, revision);
        var seen = await watches.FinishAsync(log, () => calls.Now);
        historyCheck.Check(round, log, calls.Take(), pastReads, seen, calls.Now);
        await CleanUpAsync(round);
        var checking = watch.Elapsed - serving;
        print(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round}: {did}; {ledger.Acknowledged} acknowledged, {ledger.Unknown} unknown, {ledger.Reads} reads;"
            + $" revision {revision}, hash {hash:x8};"
            + $" {serving.TotalSeconds:0.00} + {checking.TotalSeconds:0.00} s: ok"));
    }

    private async Task<uint> CheckAsync(int round, Ledger ledger)
    {
        ledger.ThrowIfViolated();
        revision = await convergence.WaitAsync(Math.Max(revision, ledger.HighestRevision));
        var hash = await convergence.HashAsync(revision);
        var attempts = ledger.Attempts;
        var newest = promised.Values.Concat(attempts).ToList();
        var teller = cluster.Members[round % cluster.Members.Count];
        await history.ReadAsync(
            teller.Name,
            (start, limit) => teller.Client.WatchAsync(
                EtcdRange.All, new WatchOptions { StartRevision = start }, limit),
            revision);
        foreach (var member in cluster.Members)
        {
            var all = await member.Client.GetAsync(EtcdRange.All, new GetOptions { Serializable = true });
            var state = all.Items.ToDictionary(kv => kv.Key, StringComparer.Ordinal);
            StateCheck.Check(member.Name, state, newest);
            history.CheckAgainst(member.Name, state);
            Settle(attempts, state);
        }

        history.CheckAttempts(attempts, Prefix(round), revision);
        return hash;
    }

    /// <summary>From now on each key is promised to stay as it was seen: what was unknown is known.</summary>
    private void Settle(IReadOnlyList<Attempt> attempts, Dictionary<string, Kv> state)
    {
        foreach (var key in attempts.Select(attempt => attempt.Key).Distinct())
        {
            var held = state.GetValueOrDefault(key);
            promised[key] = new Attempt(key, held?.Text, Outcome.Acknowledged, held?.ModRevision ?? 0, held?.Lease ?? 0);
        }
    }

    private async Task CleanUpAsync(int round)
    {
        if (round <= RoundsKept)
            return;
        var old = Prefix(round - RoundsKept);
        var deleted = await cleaner.RunAsync<DeleteResponse>(new DeleteRequest(KeyRange.Prefix(old)), CancellationToken.None);
        revision = Math.Max(revision, deleted.Revision);
        foreach (var key in promised.Keys.Where(key => key.StartsWith(old, StringComparison.Ordinal)).ToList())
            promised.Remove(key);
    }

    /// <summary>Always in the past that was checked, and moving, so that there is something to compact.</summary>
    private long CompactionOf(int round) => Math.Max(1, history.Checked - (round % 5 * 100) - 1);

    private static async Task WaitForWritesAsync(Ledger ledger)
    {
        var goal = ledger.Acknowledged + WritesAfterRestart;
        using var limit = new CancellationTokenSource(writesLimit);
        while (ledger.Acknowledged < goal)
        {
            if (limit.IsCancellationRequested)
                throw new TortureViolation("all members serve, but writes are not acknowledged");
            await Task.Delay(2);
        }
    }

    private static string Prefix(int round) => $"{WriterPrefix}{round.ToString("D6", CultureInfo.InvariantCulture)}";
}
