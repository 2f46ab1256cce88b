using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Leases.Table;

/// <summary>Keeps leases and shards in step: creates the leases that are missing, deletes those nobody needs. All
/// workers begin with it; after that the one with the lowest id does it, and when it is not clear who that is, two of
/// them do no harm: leases are created only where none is.</summary>
internal sealed partial class ShardKeeper(
    TableLeaseStoreOptions options, ILeaseTable table, LeaseLoop loop, ILogger logger)
{
    private readonly Dictionary<string, (WorkerBeat Beat, long Since)> silent = new(StringComparer.Ordinal);
    private long cleanedAt = options.TimeProvider.GetTimestamp();

    /// <summary>Compares again and again until stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.SyncInterval, options.TimeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                if (IsLowest())
                    await TryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
    }

    /// <summary>Creates the leases that are missing, of all streams.</summary>
    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        var rows = await table.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        foreach (var stream in options.Streams)
        {
            var shards = await options.Shards.ListShardsAsync(stream.Name, cancellationToken).ConfigureAwait(false);
            var leases = rows.Where(row => options.StreamOf(row.Key) == stream).ToList();
            var missing = ShardSync.Missing(
                shards, leases, options.ParentsFirst, options.InitialPosition, shard => options.KeyOf(stream, shard));
            await CreateAsync(missing, cancellationToken).ConfigureAwait(false);
            if (IsCleaningDue())
                await CleanAsync(leases, shards, cancellationToken).ConfigureAwait(false);
            if (missing.Count == 0 && HashRangeAudit.Holes(leases) is { Count: > 0 } holes
                && leases.Exists(static lease => !lease.IsFinished))
                LogHoles(stream.Name, holes.Count);
        }

        if (!IsCleaningDue())
            return;
        await ForgetSilentAsync(cancellationToken).ConfigureAwait(false);
        cleanedAt = options.TimeProvider.GetTimestamp();
    }

    /// <summary>Creates the leases of the children of a finished shard, and returns their keys. A merged shard whose
    /// other parent has no lease yet gets its own when that one is finished: a row without a parent's row would be
    /// taken for one whose parent is long gone.</summary>
    /// <param name="term">The shard that is at its end.</param>
    /// <param name="named">Its children, if the last read named them; otherwise they are asked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<string>> CreateChildrenAsync(
        LeaseTerm term, IReadOnlyList<StreamShard> named, CancellationToken cancellationToken)
    {
        var children = named;
        if (children.Count == 0)
        {
            var shards = await options.Shards.ListShardsAsync(term.Stream, cancellationToken).ConfigureAwait(false);
            children = [.. shards.Where(shard => shard.Parents.Contains(term.Shard))];
        }

        var leases = children
            .Select(child => ShardSync.LeaseOf(
                child, Checkpoint.TrimHorizon, shard => StreamIdentity.Sibling(term.Lease.Key, shard)))
            .ToList();
        var ready = new List<StreamLease>();
        foreach (var lease in leases)
        {
            if (await HasParentsAsync(lease, term.Lease.Key, cancellationToken).ConfigureAwait(false))
                ready.Add(lease);
        }

        await CreateAsync(ready, cancellationToken).ConfigureAwait(false);
        return [.. leases.Select(static lease => lease.Key)];
    }

    private async Task<bool> HasParentsAsync(StreamLease child, string finished, CancellationToken cancellationToken)
    {
        foreach (var parent in child.Parents.Where(parent => parent != finished))
        {
            if (await table.ReadAsync(parent, cancellationToken).ConfigureAwait(false) is null)
                return false;
        }

        return true;
    }

    private async Task CreateAsync(IReadOnlyList<StreamLease> leases, CancellationToken cancellationToken)
    {
        foreach (var some in leases.Chunk(options.MaxWritesAtOnce))
        {
            await Task.WhenAll(some.Select(lease => table.CreateAsync(lease, cancellationToken)))
                .ConfigureAwait(false);
        }

        if (leases.Count == 0)
            return;
        LogCreated(leases.Count, leases[0].Key);
        loop.Ask((rules, now) =>
        {
            rules.Created(leases, now);
            return true;
        });
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SyncAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is LeaseStoreException or KinesisException)
        {
            LogSyncFailed(failure.Message);
        }
    }

    private async Task CleanAsync(
        List<StreamLease> leases, IReadOnlyList<StreamShard> shards, CancellationToken cancellationToken)
    {
        var lineage = new Lineage(leases);
        var listed = shards.Select(static shard => shard.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var lease in leases)
        {
            if (lineage.IsRemovable(lease, listed.Contains(StreamIdentity.ShardOf(lease.Key))))
                await table.DeleteAsync(lease, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes the beats of workers that ended without a word a while ago.</summary>
    private async Task ForgetSilentAsync(CancellationToken cancellationToken)
    {
        var now = options.TimeProvider.GetTimestamp();
        foreach (var beat in await table.ReadBeatsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!silent.TryGetValue(beat.Worker, out var seen) || seen.Beat != beat)
                silent[beat.Worker] = (beat, now);
            else if (options.TimeProvider.GetElapsedTime(seen.Since, now) >= options.LeaseDuration)
                await table.ForgetAsync(beat, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsCleaningDue() => options.TimeProvider.GetElapsedTime(cleanedAt) >= options.CleanupInterval;

    private bool IsLowest() =>
        loop.Ask(static (rules, now) => rules.Workers(now) is [var lowest, ..] ? lowest : null) == options.WorkerId;

    [LoggerMessage(Level = LogLevel.Information, Message = "Created {Count} leases, the first of them {Key}")]
    private partial void LogCreated(int count, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shards and leases were not compared; tried again: {Failure}")]
    private partial void LogSyncFailed(string failure);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Stream {Stream}: {Count} ranges of keys have no lease, and no shard that could get one")]
    private partial void LogHoles(string stream, int count);
}
