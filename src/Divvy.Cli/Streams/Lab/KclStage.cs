using System.Globalization;
using Divvy.Cli.Lab;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Processes;
using Divvy.Cli.Streams.Consuming;
using Divvy.Cli.Streams.Leases;
using Divvy.Cli.Streams.Production;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;

namespace Divvy.Cli.Streams.Lab;

/// <summary>One stream of the lab with its workers: starts and disturbs them, looks at the leases, reads what the
/// workers say in their journals.</summary>
internal sealed class KclStage(
    KclSettings settings,
    string stream,
    string application,
    LabProcesses processes,
    IKinesisClient kinesis,
    ILeaseStore leases,
    LabAddresses addresses,
    IReadOnlyList<string> workerArguments)
{
    /// <summary>Waiting longer than this for anything is a failure of the scenario.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan period = TimeSpan.FromMilliseconds(100);

    private readonly JournalReader journals = new(processes.Folder);
    private readonly List<KclWorker> workers = [];
    private readonly List<LeaseLook> looks = [];
    private readonly List<ConsumeEntry> refusals = [];
    private readonly List<LateBatches> followed = [];
    private readonly List<(double AtMs, string What)> marks = [];

    public KclSettings Settings => settings;

    public string Stream => stream;

    public IKinesisClient Kinesis => kinesis;

    public IReadOnlyList<KclWorker> Workers => workers;

    public IReadOnlyList<LeaseLook> Looks => looks;

    public IReadOnlyList<(double AtMs, string What)> Marks => marks;

    public HoldHistory History { get; } = new();

    public ConsumptionAudit Audit { get; } = new();

    public IReadOnlyList<ConsumeEntry> Refusals => refusals;

    /// <summary>Checkpoints the workers made.</summary>
    public long Checkpoints { get; private set; }

    /// <summary>A time with a name, for the picture; returns it.</summary>
    public double Mark(string what)
    {
        var now = ConsumeJournal.NowMs;
        marks.Add((now, what));
        return now;
    }

    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"consumer-pod-{number}");

    /// <summary>Follows the batches of a worker that is not started yet.</summary>
    public LateBatches Follow(int number)
    {
        var batches = new LateBatches(NameOf(number));
        followed.Add(batches);
        return batches;
    }

    /// <summary>Starts workers side by side and looks at the leases meanwhile.</summary>
    /// <returns>By how many milliseconds the last of them took part later than the first.</returns>
    public async Task<double> StartWorkersAsync(int first, int last, CancellationToken cancellationToken)
    {
        var starting = Task.WhenAll(Enumerable.Range(first, last - first + 1)
            .Select(number => StartWorkerAsync(number, [], cancellationToken)));
        while (!starting.IsCompleted)
        {
            await LookAsync(cancellationToken);
            await Task.WhenAny(starting, Task.Delay(period, cancellationToken));
        }
        var ready = (await starting).Select(worker => worker.ReadyAtMs).ToList();
        return ready.Max() - ready.Min();
    }

    /// <summary>Starts a worker and waits until it takes part.</summary>
    /// <param name="number">Names it.</param>
    /// <param name="more">Options of <c>divvy stream consume</c> for this one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<KclWorker> StartWorkerAsync(
        int number, IReadOnlyList<string> more, CancellationToken cancellationToken)
    {
        var id = NameOf(number);
        List<string> arguments =
        [
            "stream", "consume", "--worker", id, "--stream", stream, "--application", application,
            "--lease-store", settings.LeaseStore, "--lease-duration", new Duration(settings.LeaseDuration).ToString(),
            "--idle", "100ms", "--journal", Path.Combine(processes.Folder, $"{id}{JournalReader.Extension}"),
            .. addresses.ToArguments(settings), .. workerArguments, .. more,
        ];
        var process = await processes.StartAsync(id, arguments, ConsumeLog.ReadyPhrase, cancellationToken);
        var worker = new KclWorker(id, process, ConsumeJournal.NowMs);
        lock (workers)
            workers.Add(worker);
        return worker;
    }

    /// <summary>SIGTERM: it hands over and leaves.</summary>
    public async Task StopAsync(KclWorker worker)
    {
        workers.Remove(worker);
        await worker.Process.StopAsync(Patience);
        Read();
    }

    /// <summary>kill -9; returns when it was.</summary>
    public async Task<double> KillAsync(KclWorker worker)
    {
        workers.Remove(worker);
        var at = Mark($"kill -9 {worker.Id}");
        worker.Process.Signal(UnixSignal.Kill);
        await worker.Process.Exited;
        Read();
        History.Bury(worker.Id, at);
        return at;
    }

    /// <summary>Looks at the leases until a look satisfies the condition; returns that one.
    /// <exception cref="CommandException">None did in time.</exception></summary>
    public async Task<LeaseLook> WaitAsync(
        string what, Func<LeaseLook, bool> condition, CancellationToken cancellationToken)
    {
        var deadline = ConsumeJournal.NowMs + Patience.TotalMilliseconds;
        while (true)
        {
            var look = await LookAsync(cancellationToken);
            if (condition(look))
                return look;
            if (look.AtMs > deadline)
            {
                throw new CommandException(
                    ExitCode.Failed,
                    $"after {Patience.TotalSeconds:0} s still not: {what}. Leases: {look.Counts}, "
                        + $"{look.Leases.Unassigned.Count()} without owner");
            }
            await Task.Delay(period, cancellationToken);
        }
    }

    public Task<LeaseLook> WaitForBalanceAsync(int unfinished, CancellationToken cancellationToken) => WaitAsync(
        $"{unfinished} leases shared out evenly over {workers.Count} workers",
        look => look.Leases.Unfinished.Count == unfinished && look.IsOwnedBy(workers.Count),
        cancellationToken);

    /// <summary>The same, and every lease is processed by who holds it: nothing is on its way any more.</summary>
    public Task<LeaseLook> WaitUntilSettledAsync(int unfinished, CancellationToken cancellationToken) => WaitAsync(
        $"{unfinished} leases shared out evenly over {workers.Count} workers, each processed by its owner",
        look => look.Leases.Unfinished.Count == unfinished
            && look.IsOwnedBy(workers.Count)
            && look.Leases.Unfinished.All(lease => History.IsHeld(lease.Holder!, lease.Key)),
        cancellationToken);

    public async Task<LeaseLook> LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<StreamLease> all;
        try
        {
            all = await leases.ListAsync(cancellationToken);
        }
        catch (LeaseStoreException failure)
        {
            throw new CommandException(ExitCode.Failed, $"the leases cannot be read: {failure.Message}", failure);
        }
        var look = new LeaseLook(ConsumeJournal.NowMs, LeaseDistribution.Of(all));
        looks.Add(look);
        Read();
        return look;
    }

    /// <summary>Judges the looks from one of them on.</summary>
    public OwnershipWatch Watch(int from)
    {
        var watch = new OwnershipWatch();
        foreach (var look in looks.Take(from))
            watch.Know(look);
        foreach (var look in looks.Skip(from))
            watch.Take(look);
        return watch;
    }

    /// <summary>Looks at what the leases cost while nothing is disturbed.</summary>
    public async Task<LeaseCost> MeasureCostAsync(TimeSpan during, CancellationToken cancellationToken)
    {
        var (before, beats) = (await LookAsync(cancellationToken), await BeatsAsync(cancellationToken));
        var checkpoints = Checkpoints;
        await Task.Delay(during, cancellationToken);
        var (after, later) = (await LookAsync(cancellationToken), await BeatsAsync(cancellationToken));
        return LeaseCost.Of(before, after, Checkpoints - checkpoints, later - beats);
    }

    /// <summary>Writes records until the token is cancelled; its result says how many.</summary>
    public Task<ProduceReport> ProduceAsync(CancellationToken stop)
    {
        var run = string.Create(CultureInfo.InvariantCulture, $"lab{Environment.ProcessId}");
        var events = new EventSource(run, settings.Keys, new Random(1));
        var producer = new Producer(kinesis, stream, run, events, TimeProvider.System);
        var (batch, pause) = ProduceSettings.ForRate(settings.RecordsPerSecond, settings.Keys);
        return Task.Run(() => producer.RunAsync(new(batch, pause, null, null), _ => { }, stop), CancellationToken.None);
    }

    /// <summary>Waits until everything a producer wrote was processed.</summary>
    public async Task DrainAsync(ProduceReport produced, CancellationToken cancellationToken)
    {
        var deadline = ConsumeJournal.NowMs + Patience.TotalMilliseconds;
        while (Audit.Lost(produced.Run, produced.Records) > 0 && ConsumeJournal.NowMs < deadline)
        {
            await Task.Delay(period, cancellationToken);
            Read();
        }
    }

    private async Task<long?> BeatsAsync(CancellationToken cancellationToken) => settings.UsesTable
        ? await WorkerBeats.CountAsync(addresses.DynamoDb!, application, cancellationToken)
        : null;

    private void Read()
    {
        foreach (var entry in journals.ReadNew())
        {
            History.Take(entry);
            Audit.Take(entry);
            foreach (var batches in followed)
                batches.Take(entry);
            if (entry.Event == ConsumeEvent.Refused)
                refusals.Add(entry);
            if (entry.Event == ConsumeEvent.Checkpointed)
                Checkpoints++;
        }
    }
}
