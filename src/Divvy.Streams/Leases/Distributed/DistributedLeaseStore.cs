using System.Collections.Immutable;
using Divvy.Client.Hosting;
using Divvy.Client.Listing;
using Divvy.Client.Servers;
using Divvy.Core.Identity;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Streams.Leases.Distributed;

/// <summary>Leases shared out by Divvy's servers: a controller assigns them and tells the workers, so that nobody polls
/// for leases, and a rebalance, a handover or the loss of a worker is a matter of milliseconds, or of the lease
/// time.</summary>
/// <remarks>
/// <para>The application is a namespace of the layout <c>listed</c>, a lease a shard of it, a worker an instance with a
/// session. What the KCL keeps in a row is the shard's state. The servers are all that has to be configured: where
/// <em>they</em> keep their state (an embedded store, or an etcd with users and certificates of its own) is theirs to
/// know, and a worker that could write there could write any application's records.</para>
/// <para>How the promises of <see cref="ILeaseStore"/> are kept. <em>One writer</em>: a state is written with session
/// and
/// generation, and the server compares them with the shard's record in the store's transaction. From the moment on in
/// which the shard is given to another worker, what the former one writes is refused, whether or not it knows; a worker
/// that was stopped and comes back gets <see cref="LeaseLostException"/>. <em>No duplicates in a planned handover</em>:
/// the host answers that a shard is yielded only after <see cref="ILeaseHolder.YieldAsync"/> has returned; the next
/// worker reads the row after that. <em>Checkpoints never go back</em>: writes of one term come one after the other,
/// and
/// each names the row it replaces, so an attempt that arrives late changes nothing. <em>Children after their
/// parents</em>: a shard is added to the namespace when its parents are finished, those of a split in the transaction
/// that finishes the parent; until then nobody can be given it.</para>
/// <para>The namespace's planner evens out the number of leases; there is no cap, and none is needed: it gives every
/// lease to some worker and keeps their numbers within one of each other. Parents that are read to their end count as
/// any lease does until they are finished. Thread-safe.</para>
/// </remarks>
public sealed partial class DistributedLeaseStore : ILeaseStore
{
    /// <summary>A worker that stops and whose leases nobody asks for within this time is the last one.</summary>
    private static readonly TimeSpan noTakerDelay = TimeSpan.FromSeconds(1);

    private readonly DistributedLeaseStoreOptions options;
    private readonly ServerChannels servers;
    private readonly bool ownsServers;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly ListedShardClient client;
    private readonly ShardKeeper keeper;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private LeaseGranter? granter;
    private ShardHost? host;
    private Task running = Task.CompletedTask;
    private bool isStopped;
    private bool isDisposed;

    /// <param name="options">How it works.</param>
    /// <param name="loggers">Where it says what happens; null: nowhere.</param>
    /// <exception cref="ArgumentException">The options are wrong; lists what.</exception>
    public DistributedLeaseStore(DistributedLeaseStoreOptions options, ILoggerFactory? loggers = null)
        : this(options, servers: null, loggers)
    {
    }

    /// <param name="options">How it works.</param>
    /// <param name="servers">Channels that are shared and not disposed; null: it makes its own.</param>
    /// <param name="loggers">Where it says what happens; null: nowhere.</param>
    /// <exception cref="ArgumentException">The options are wrong; lists what.</exception>
    public DistributedLeaseStore(
        DistributedLeaseStoreOptions options, ServerChannels? servers, ILoggerFactory? loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options;
        this.loggers = loggers ?? NullLoggerFactory.Instance;
        logger = this.loggers.CreateLogger<DistributedLeaseStore>();
        time = options.TimeProvider ?? TimeProvider.System;
        ownsServers = servers is null;
        this.servers = servers ?? ServerChannels.Connect(options.Servers);
        client = new ListedShardClient(options.Namespace, this.servers, time: time);
        keeper = new ShardKeeper(options, client, time, logger);
    }

    /// <inheritdoc/>
    public async Task StartAsync(ILeaseHolder holder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(holder);
        ShardHost started;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (host is not null)
                throw new InvalidOperationException($"the lease store of {options.WorkerId} was started before");
            granter = new LeaseGranter(options, client, holder, logger) { Session = SessionOf };
            host = started = new ShardHost(
                options.ToHostOptions(), granter, servers, options.TimeProvider, loggers.CreateLogger<ShardHost>());
        }
        try
        {
            await client.AddAsync([], new NewNamespace(options.LeaseDuration), cancellationToken).ConfigureAwait(false);
            await keeper.SyncAsync(cancellationToken).ConfigureAwait(false);
            await started.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ListedShardException or KinesisException or ShardHostException)
        {
            throw new LeaseStoreException(
                $"worker {options.WorkerId} cannot take part in application {options.Namespace}: {failure.Message}",
                failure);
        }
        running = keeper.RunAsync(ending.Token);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (host is null || isStopped)
                return;
            isStopped = true;
        }
        await EndKeepingAsync().ConfigureAwait(false);
        await DrainAsync(host, granter!, cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(granter!.Held.Select(lease => granter.YieldAsync(lease, cancellationToken)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask CheckpointAsync(
        LeaseTerm term, Checkpoint checkpoint, CancellationToken cancellationToken) =>
        await WriteAsync(
            term,
            row => (row.Checkpoint == checkpoint && row.PendingCheckpoint is null)
                || checkpoint.IsBefore(row.Checkpoint)
                    ? null
                    : row with
                    {
                        Checkpoint = checkpoint,
                        PendingCheckpoint = null,
                        PendingState = [],
                        OwnerSwitchesSinceCheckpoint = 0,
                    },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask AnnounceCheckpointAsync(
        LeaseTerm term, Checkpoint checkpoint, ReadOnlyMemory<byte> state, CancellationToken cancellationToken)
    {
        var kept = ImmutableArray.Create(state.Span);
        await WriteAsync(
            term, row => row with { PendingCheckpoint = checkpoint, PendingState = kept }, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask FinishAsync(
        LeaseTerm term, IReadOnlyList<StreamShard> children, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(term);
        ArgumentNullException.ThrowIfNull(children);
        var lease = granter?.Find(term) ?? throw Lost(term);
        await lease.Writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        lease.BeginFinishing();
        var finished = false;
        try
        {
            await FinishAsync(lease, children, cancellationToken).ConfigureAwait(false);
            finished = true;
            granter.End(lease);
        }
        catch (Exception failure) when (failure is ListedShardException or KinesisException)
        {
            throw Unknown(term, "finish it", failure);
        }
        finally
        {
            if (!finished)
                lease.NotFinished();
            lease.Writing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StreamLease>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            var read = await client.ReadAllAsync(cancellationToken).ConfigureAwait(false);
            return keeper.ToLeases(read.Shards);
        }
        catch (ListedShardException failure)
        {
            throw new LeaseStoreException(
                $"the leases of application {options.Namespace} cannot be listed: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (isDisposed)
                return;
            isDisposed = true;
        }
        await EndKeepingAsync().ConfigureAwait(false);
        if (host is not null)
        {
            host.Kill();
            await host.DisposeAsync().ConfigureAwait(false);
        }
        foreach (var lease in granter?.Held ?? [])
            granter!.End(lease);
        if (ownsServers)
            await servers.DisposeAsync().ConfigureAwait(false);
        ending.Dispose();
    }

    private SessionRef SessionOf() => new(new InstanceId(options.WorkerId), host!.Session);

    private async Task EndKeepingAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Lets others take the leases one by one. Ends early when nobody asks for any.</summary>
    private async Task DrainAsync(ShardHost leaving, LeaseGranter leases, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var draining = leaving.DrainAsync(enough.Token);
        while (!draining.IsCompleted)
        {
            var before = leases.Yields;
            await Task.WhenAny(draining, Task.Delay(noTakerDelay, time, cancellationToken)).ConfigureAwait(false);
            if (leases.Yields == before && leases.Yielding == 0)
                await enough.CancelAsync().ConfigureAwait(false);
        }
        await ((Task)draining).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Writes under a term until it is written or refused.</summary>
    private async Task WriteAsync(
        LeaseTerm term, Func<StreamLease, StreamLease?> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(term);
        var lease = granter?.Find(term) ?? throw Lost(term);
        await lease.Writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!lease.IsOver)
            {
                if (change(lease.Row) is not { } changed)
                    return;
                var next = changed with { Counter = lease.Row.Counter + 1 };
                var write = await client.WriteStateAsync(
                    lease.Owner, new ShardId(next.Key), lease.Generation,
                    LeaseRow.Encode(next, lease.Generation.Value), lease.Revision, cancellationToken)
                    .ConfigureAwait(false);
                if (Accept(lease, next, write))
                    return;
            }
            throw Lost(term);
        }
        catch (ListedShardException failure)
        {
            throw Unknown(term, "write it", failure);
        }
        finally
        {
            lease.Writing.Release();
        }
    }

    private async Task FinishAsync(
        HeldLease lease, IReadOnlyList<StreamShard> named, CancellationToken cancellationToken)
    {
        var stream = options.StreamOf(lease.Row.Key)
            ?? throw new InvalidOperationException($"{lease.Row.Key} is of no stream of this worker");
        while (true)
        {
            var last = lease.Row with
            {
                Checkpoint = Checkpoint.ShardEnd,
                PendingCheckpoint = null,
                PendingState = [],
                OwnerSwitchesSinceCheckpoint = 0,
                Counter = lease.Row.Counter + 1,
            };
            var (children, ready) = await keeper.ChildrenAsync(last, stream, named, cancellationToken)
                .ConfigureAwait(false);
            last = last with { Children = children };
            var write = await client.FinishAsync(
                lease.Owner, new ShardId(last.Key), lease.Generation, LeaseRow.Encode(last, lease.Generation.Value),
                lease.Revision, ready, cancellationToken).ConfigureAwait(false);
            if (!Accept(lease, last, write))
                continue;
            // A merged shard waits for both its parents: whoever finishes last has the rest looked at.
            if (ready.Count < children.Length)
                keeper.Ask();
            return;
        }
    }

    /// <summary>Takes up what the server answered. False: the row is another one, of this very term: an attempt arrived
    /// late; try again on top of it.</summary>
    private static bool Accept(HeldLease lease, StreamLease written, StateWrite write)
    {
        if (write.Outcome == StateWriteOutcome.Refused)
            throw Lost(lease.Term, write.Reason);
        lease.Revision = write.StateRevision;
        if (write.Outcome == StateWriteOutcome.Written)
        {
            lease.Row = written;
            return true;
        }
        var (present, generation) = LeaseRow.Decode(written.Key, write.Present);
        if (generation != lease.Generation.Value)
            throw Lost(lease.Term, $"its row is of generation {generation}");
        lease.Row = present;
        return false;
    }

    private static LeaseLostException Lost(LeaseTerm term, string reason = "the term is over") => new(
        $"lease {term.Lease.Key} (fence {term.Fence}) is not held any more: {reason}; nothing was written");

    private LeaseStoreException Unknown(LeaseTerm term, string what, Exception failure) => new(
        $"lease {term.Lease.Key} of application {options.Namespace}: could not {what}: {failure.Message}", failure);
}
