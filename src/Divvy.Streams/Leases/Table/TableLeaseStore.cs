using System.Collections.Immutable;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Streams.Leases.Table;

/// <summary>Leases in the Java KCL's DynamoDB table: workers of both kinds can share one, and a fleet can be migrated
/// one worker at a time in either direction.</summary>
/// <remarks>
/// <para>The rules are in <see cref="LeaseMachine"/>, the table's protocol in <see cref="LeaseWrite"/>. A second, tiny
/// table <c>&lt;application&gt;-Workers</c> lets workers that hold nothing yet see each other. It is a table of its own
/// since KCL releases before 3.5 take every row of the lease table for a lease; KCL workers are seen by the leases they
/// hold.</para>
/// <para>Cost with the defaults: one write for each lease and 5 s in which it was not checkpointed (17,280 a day; the
/// KCL: 26,118), one beat for each worker and 3.3 s, and one scan of the table for each worker and 0.8 s.</para>
/// </remarks>
public sealed class TableLeaseStore : ILeaseStore
{
    private const int MaxAttempts = 8;

    private readonly TableLeaseStoreOptions options;
    private readonly ILeaseTable table;
    private readonly LeaseMetrics metrics;
    private readonly LeaseLoop loop;
    private readonly ShardKeeper keeper;
    private readonly string incarnation;
    private readonly CancellationTokenSource ending = new();
    private Task running = Task.CompletedTask;
    private bool isDisposed;

    /// <param name="options">How it works.</param>
    /// <param name="logger">Where it says what happens.</param>
    /// <exception cref="ArgumentException">The options are wrong; lists what.</exception>
    public TableLeaseStore(TableLeaseStoreOptions options, ILogger<TableLeaseStore>? logger = null)
        : this(options, new DynamoLeaseTable(options), Guid.NewGuid().ToString("N"), logger)
    {
    }

    internal TableLeaseStore(
        TableLeaseStoreOptions options, ILeaseTable table, string incarnation, ILogger<TableLeaseStore>? logger)
    {
        options.Validate();
        var log = logger ?? NullLogger<TableLeaseStore>.Instance;
        this.options = options;
        this.table = table;
        this.incarnation = incarnation;
        metrics = new LeaseMetrics(options.TimeProvider, options.WorkerId);
        loop = new LeaseLoop(options, table, incarnation, metrics, log);
        keeper = new ShardKeeper(options, table, loop, log);
    }

    /// <summary>Lease writes for each lease held for a day, so far.</summary>
    public double WritesPerLeaseDay => metrics.WritesPerLeaseDay;

    /// <inheritdoc/>
    public async Task StartAsync(ILeaseHolder holder, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        try
        {
            await table.PrepareAsync(cancellationToken).ConfigureAwait(false);
            await keeper.SyncAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (KinesisException failure)
        {
            throw new LeaseStoreException(
                $"application {options.ApplicationName}: the streams' shards could not be listed: {failure.Message}",
                failure);
        }

        running = Task.WhenAll(loop.RunAsync(holder), keeper.RunAsync(ending.Token));
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (ending.IsCancellationRequested || running.IsCompleted)
            return;
        loop.Ask(static (rules, now) =>
        {
            rules.BeginLeaving(now);
            return true;
        });
        while (!loop.Ask(static (rules, _) => rules.IsIdle))
        {
            await Task.Delay(options.PollInterval / 16, options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }

        await EndAsync().ConfigureAwait(false);
        try
        {
            await table.ForgetAsync(new WorkerBeat(options.WorkerId, incarnation, 0, true), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (LeaseStoreException)
        {
            // The beat goes out by itself, and is deleted later by another worker.
        }
    }

    /// <inheritdoc/>
    public async ValueTask CheckpointAsync(
        LeaseTerm term, Checkpoint checkpoint, CancellationToken cancellationToken) =>
        await WriteAsync(
            term,
            row => row.Checkpoint == checkpoint && row.PendingCheckpoint is null || checkpoint.IsBefore(row.Checkpoint)
                ? null
                : LeaseWrite.MakeCheckpoint(row, checkpoint),
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask AnnounceCheckpointAsync(
        LeaseTerm term, Checkpoint checkpoint, ReadOnlyMemory<byte> state, CancellationToken cancellationToken)
    {
        var kept = ImmutableArray.Create(state.Span);
        await WriteAsync(
            term,
            row => row.PendingCheckpoint == checkpoint && row.PendingState.AsSpan().SequenceEqual(kept.AsSpan())
                ? null
                : LeaseWrite.Announce(row, checkpoint, kept),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask FinishAsync(
        LeaseTerm term, IReadOnlyList<StreamShard> children, CancellationToken cancellationToken)
    {
        if (loop.Find(term) is null)
            throw Lost(term);
        ImmutableArray<string> keys;
        try
        {
            keys = [.. await keeper.CreateChildrenAsync(term, children, cancellationToken).ConfigureAwait(false)];
        }
        catch (KinesisException failure)
        {
            throw new LeaseStoreException(
                $"shard {term.Shard} of stream {term.Stream}: its children could not be listed: {failure.Message}",
                failure);
        }

        try
        {
            await WriteAsync(term, row => LeaseWrite.Finish(row, keys), cancellationToken).ConfigureAwait(false);
        }
        catch (LeaseLostException)
        {
            // When the write's own answer was lost, what it wrote ends the term: read back, it is finished.
            var row = await table.ReadAsync(term.Lease.Key, cancellationToken).ConfigureAwait(false);
            if (row is not { IsFinished: true } || row.Owner != options.WorkerId)
                throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StreamLease>> ListAsync(CancellationToken cancellationToken) =>
        await table.ReadAllAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        await EndAsync().ConfigureAwait(false);
        loop.Dispose();
        metrics.Dispose();
        ending.Dispose();
    }

    private async Task EndAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        loop.Stop();
        await running.ConfigureAwait(false);
    }

    /// <summary>Writes under a term until it is written, refused, or has failed too often.</summary>
    private async Task WriteAsync(
        LeaseTerm term, Func<StreamLease, LeaseWrite?> change, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var held = loop.Find(term) ?? throw Lost(term);
            var changed = held.Changed;
            LeaseWrite? write = null;
            var permission = loop.Ask(
                (rules, now) => rules.Begin(held.Key, held.Number, change, now, out write));
            if (permission == LeasePermission.Lost)
                throw Lost(term);
            if (permission == LeasePermission.Later)
            {
                attempt--;
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (write is null)
                return;
            var answer = await loop.WriteAsync(write).ConfigureAwait(false);
            if (answer.Outcome == LeaseOutcome.Applied)
                return;
            if (answer.Failure is not { } failure)
                continue;
            if (attempt == MaxAttempts)
            {
                throw new LeaseStoreException(
                    $"{write.Purpose} of lease {term.Lease.Key} in table {options.ApplicationName} failed {attempt}"
                    + $" times: {failure.Message}",
                    failure);
            }

            await Task.Delay(options.Settings.RetryAfter, options.TimeProvider, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static LeaseLostException Lost(LeaseTerm term) => new(
        $"lease {term.Lease.Key} (fence {term.Fence}) is not held any more: nothing was written");
}
