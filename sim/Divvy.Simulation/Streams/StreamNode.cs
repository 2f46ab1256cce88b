using System.Globalization;
using Divvy.Core.Streams;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.World;
using Divvy.Streams.Leases;
using Divvy.Streams.Leases.Table;

namespace Divvy.Simulation.Streams;

/// <summary>A worker: the production lease store over the simulated table, and a consumer that reads its shards.
/// </summary>
internal sealed class StreamNode : Node, ILeaseHolder
{
    private readonly TableLeaseStore store;
    private readonly SimStream stream;
    private readonly LeaseBook book;
    private readonly SimRandom random;
    private readonly StreamSettings settings;
    private readonly Dictionary<LeaseTerm, TaskCompletionSource> reading = [];

    public StreamNode(
        SimProcess process, SimLeaseService service, SimStream stream, LeaseBook book, StreamSettings settings)
        : base(process)
    {
        this.stream = stream;
        this.book = book;
        this.settings = settings;
        random = process.World.Fork($"consumer {process.Name} {process.Incarnation}");
        var options = new TableLeaseStoreOptions
        {
            ApplicationName = "application",
            WorkerId = process.Name,
            Streams = [new StreamIdentity(SimStream.Name)],
            Shards = stream,
            DynamoDb = null!,
            LeaseDuration = settings.LeaseDuration,
            PollInterval = settings.LeaseDuration / 12,
            LeaveGrace = settings.LeaseDuration / 2,
            HandoffTimeout = settings.LeaseDuration * 3,
            ShardSyncInterval = settings.LeaseDuration / 2,
            CleanupInterval = settings.LeaseDuration * 2,
            MaxLeasesPerWorker = settings.MaxLeases,
            ParentsFirst = settings.ParentsFirst,
            TimeProvider = process.Clock,
        };
        store = new TableLeaseStore(options, new SimLeaseTable(service, process), Life, null);
    }

    /// <summary>It is ending by itself.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>The leases it processes.</summary>
    public IEnumerable<string> Held =>
        reading.Keys.Where(static term => !term.Ended.IsCancellationRequested).Select(static term => term.Lease.Key);

    public void Start() => _ = RunAsync(async () =>
    {
        while (true)
        {
            try
            {
                await store.StartAsync(this, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (LeaseStoreException)
            {
                await Task.Delay(settings.LeaseDuration / 10, Process.Clock).ConfigureAwait(false);
            }
        }
    });

    public async Task StopAsync()
    {
        IsLeaving = true;
        if (await RunAsync(() => store.StopAsync(CancellationToken.None)).ConfigureAwait(false))
            Process.Exit();
    }

    public void Granted(LeaseTerm term)
    {
        reading.Add(term, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        book.Begins(this, term);
        Read(term, LeaseBook.Position(term.Lease.Checkpoint), LeaseBook.Position(term.Lease.Checkpoint));
    }

    public async Task YieldAsync(LeaseTerm term, CancellationToken forced)
    {
        if (!reading.TryGetValue(term, out var stop))
            return;
        stop.TrySetResult();
        await Task.Delay(random.Between(TimeSpan.Zero, settings.Yielding), Process.Clock, CancellationToken.None)
            .ConfigureAwait(false);
    }

    public void Lost(LeaseTerm term) => reading.Remove(term);

    /// <summary>Reads on after a while: processes what came, checkpoints now and then, ends the shard.</summary>
    private void Read(LeaseTerm term, long position, long checkpointed) =>
        Process.Schedule(random.Between(TimeSpan.FromMilliseconds(50), settings.Reading), () =>
            _ = ReadAsync(term, position, checkpointed));

    private async Task ReadAsync(LeaseTerm term, long position, long checkpointed)
    {
        if (term.Ended.IsCancellationRequested || !reading.TryGetValue(term, out var stop)
            || stop.Task.IsCompleted)
            return;
        var shard = stream.Shards[term.Shard];
        while (position < shard.Records)
            book.Processes(term, ++position);
        try
        {
            if (position > checkpointed && random.Chance(0.5))
            {
                await store.CheckpointAsync(
                    term, new Checkpoint(position.ToString(CultureInfo.InvariantCulture)), CancellationToken.None)
                    .ConfigureAwait(false);
                checkpointed = position;
            }

            if (shard.Shard.IsClosed && position == shard.Records)
            {
                await store.FinishAsync(term, [], CancellationToken.None).ConfigureAwait(false);
                reading.Remove(term);
                return;
            }
        }
        catch (LeaseLostException)
        {
            return;
        }
        catch (LeaseStoreException)
        {
            // Nothing is known about the checkpoint: go on, and make the next one.
        }

        Read(term, position, checkpointed);
    }
}
