using System.Collections.Immutable;
using Divvy.Client.Listing;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Leases.Distributed;

/// <summary>Keeps the streams' shards and the namespace's in step: adds those that may be processed, forgets finished
/// ones nobody needs. The rules are <see cref="ShardSync"/> and <see cref="Lineage"/>. All workers begin with it; after
/// that the one with the lowest id among those that live does it, and two that both think it is theirs do no harm:
/// adding is done once.</summary>
internal sealed partial class ShardKeeper(
    DistributedLeaseStoreOptions options, ListedShardClient client, TimeProvider time, ILogger logger)
{
    private TaskCompletionSource asked = NewSignal();
    private long cleanedAt = time.GetTimestamp();

    /// <summary>Compares again and again until stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var isAsked = await WaitAsync(cancellationToken).ConfigureAwait(false);
                if (isAsked || await IsOursAsync(cancellationToken).ConfigureAwait(false))
                    await SyncAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is ListedShardException or LeaseStoreException or KinesisException)
            {
                LogFailed(failure.Message);
            }
        }
    }

    /// <summary>Has shards and leases compared now.</summary>
    public void Ask() => Volatile.Read(ref asked).TrySetResult();

    /// <summary>Adds the shards that are missing, of all streams.</summary>
    public async Task SyncAsync(CancellationToken cancellationToken)
    {
        var read = await client.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        var rows = ToLeases(read.Shards);
        foreach (var stream in options.Streams)
        {
            var shards = await options.Shards.ListShardsAsync(stream.Name, cancellationToken).ConfigureAwait(false);
            var leases = rows.Where(row => options.StreamOf(row.Key) == stream).ToList();
            var missing = Missing(stream, shards, leases);
            if (missing.Count > 0)
            {
                await client.AddAsync([.. missing.Select(ToShard)], null, cancellationToken).ConfigureAwait(false);
                LogAdded(missing.Count, missing[0].Key);
            }
            if (IsCleaningDue())
                await CleanAsync(read.Shards, leases, shards, cancellationToken).ConfigureAwait(false);
            if (missing.Count == 0 && leases.Exists(static lease => !lease.IsFinished)
                && HashRangeAudit.Holes(leases) is { Count: > 0 } holes)
                LogHoles(stream.Name, holes.Count);
        }
        if (IsCleaningDue())
            cleanedAt = time.GetTimestamp();
    }

    /// <summary>The children of a shard that is at its end, and those shards that may be processed once it is
    /// finished.</summary>
    /// <param name="finished">The lease as it will be.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="named">Its children, if the last read named them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(ImmutableArray<string> Children, IReadOnlyList<NewShard> Ready)> ChildrenAsync(
        StreamLease finished,
        StreamIdentity stream,
        IReadOnlyList<StreamShard> named,
        CancellationToken cancellationToken)
    {
        var listed = await ListAsync(stream, named, cancellationToken).ConfigureAwait(false);
        var id = StreamIdentity.ShardOf(finished.Key);
        var children = listed.Where(shard => shard.Parents.Contains(id)).ToList();
        var read = await client.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        var leases = ToLeases(read.Shards)
            .Where(row => options.StreamOf(row.Key) == stream && row.Key != finished.Key).Append(finished).ToList();
        var ready = Missing(stream, listed, leases)
            .Where(lease => children.Exists(child => options.KeyOf(stream, child.Id) == lease.Key));
        return ([.. children.Select(child => options.KeyOf(stream, child.Id))], [.. ready.Select(ToShard)]);
    }

    /// <summary>Shards as leases, with those who hold them now. One that an operator finished is finished.</summary>
    public IReadOnlyList<StreamLease> ToLeases(IReadOnlyList<ShardInfo> shards)
    {
        var leases = new List<StreamLease>(shards.Count);
        foreach (var shard in shards)
        {
            if (options.StreamOf(shard.Shard.Value) is null)
                continue;
            var (lease, _) = LeaseRow.Decode(shard.Shard.Value, shard.State);
            leases.Add(shard.IsFinished
                ? lease with { Checkpoint = Checkpoint.ShardEnd }
                : lease with
                {
                    Owner = (shard.Next ?? shard.Owner)?.Value,
                    YieldingOwner = shard.Next is null ? null : shard.Owner?.Value,
                });
        }
        return leases;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until it is time to look, or somebody asks for it, which is then true.</summary>
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Volatile.Read(ref asked).Task.WaitAsync(options.ShardSyncInterval, time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
        Volatile.Write(ref asked, NewSignal());
        return true;
    }

    private IReadOnlyList<StreamLease> Missing(
        StreamIdentity stream, IReadOnlyList<StreamShard> listed, IReadOnlyList<StreamLease> leases) =>
        ShardSync.Missing(
            listed, leases, options.ParentsFirst, options.InitialPosition, shard => options.KeyOf(stream, shard));

    /// <summary>All shards of the stream; what the last read named counts although the listing may not have it
    /// yet.</summary>
    private async Task<IReadOnlyList<StreamShard>> ListAsync(
        StreamIdentity stream, IReadOnlyList<StreamShard> named, CancellationToken cancellationToken)
    {
        try
        {
            var listed = await options.Shards.ListShardsAsync(stream.Name, cancellationToken).ConfigureAwait(false);
            return [.. listed, .. named.ExceptBy(listed.Select(shard => shard.Id), shard => shard.Id)];
        }
        catch (KinesisException failure) when (named.Count > 0)
        {
            LogFailed(failure.Message);
            return named;
        }
    }

    /// <summary>Names its parents only if it had to wait for them: an instance does not let a shard go before it has
    /// dropped its parents, and one that runs beside them would be stuck there.</summary>
    private NewShard ToShard(StreamLease lease) => new(new ShardId(lease.Key))
    {
        Parents = options.ParentsFirst ? [.. lease.Parents.Select(parent => new ShardId(parent))] : [],
        Range = lease.HashKeys is { } keys ? ToRange(keys) : HashRange.Full,
        State = LeaseRow.Encode(lease, generation: 0),
    };

    /// <summary>The upper half of the 128 bits, for people; at least one hash wide.</summary>
    private static HashRange ToRange(HashKeyRange keys)
    {
        var (start, last) = ((ulong)(keys.Start >> 64), (ulong)(keys.End >> 64));
        return new HashRange(start, unchecked(last + 1));
    }

    private async Task CleanAsync(
        IReadOnlyList<ShardInfo> all,
        List<StreamLease> leases,
        IReadOnlyList<StreamShard> shards,
        CancellationToken cancellationToken)
    {
        var lineage = new Lineage(leases);
        var listed = shards.Select(static shard => shard.Id).ToHashSet(StringComparer.Ordinal);
        var removable = leases
            .Where(lease => lineage.IsRemovable(lease, listed.Contains(StreamIdentity.ShardOf(lease.Key))))
            .Select(lease => lease.Key).ToHashSet(StringComparer.Ordinal);
        var forgotten = await client.ForgetAsync(
            all.Where(shard => shard.IsFinished && removable.Contains(shard.Shard.Value)), cancellationToken)
            .ConfigureAwait(false);
        if (forgotten > 0)
            LogForgotten(forgotten);
    }

    private async Task<bool> IsOursAsync(CancellationToken cancellationToken) =>
        await client.InstancesAsync(cancellationToken).ConfigureAwait(false) is [var lowest, ..]
        && lowest.Value == options.WorkerId;

    private bool IsCleaningDue() => time.GetElapsedTime(cleanedAt) >= options.CleanupInterval;

    [LoggerMessage(Level = LogLevel.Information, Message = "Added {Count} leases, the first of them {Key}")]
    private partial void LogAdded(int count, string key);

    [LoggerMessage(Level = LogLevel.Information, Message = "Forgot {Count} finished leases")]
    private partial void LogForgotten(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shards and leases were not compared; tried again: {Failure}")]
    private partial void LogFailed(string failure);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Stream {Stream}: {Count} ranges of hash keys have no lease, and no shard that could get one is"
            + " listed")]
    private partial void LogHoles(string stream, int count);
}
