using System.Collections.Concurrent;
using Divvy.Client.Hosting;
using Divvy.Client.Listing;
using Divvy.Core.Identity;
using Divvy.Core.Streams;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Leases.Distributed;

/// <summary>What the host of the session says about shards, told to the worker as grants, yields and losses of
/// leases.</summary>
/// <remarks>A shard is granted once its row is claimed: the claim says who holds it, and shows in which generation. A
/// yield waits for the worker, then the term ends and only then the host answers, so the next owner reads a row nobody
/// writes any more. Anything else that takes the shard away is a loss. Calls for one shard come one after the other
/// (the
/// host's promise); calls for different shards run side by side.</remarks>
internal sealed partial class LeaseGranter(
    DistributedLeaseStoreOptions options, ListedShardClient client, ILeaseHolder holder, ILogger logger) : IShardHandler
{
    private readonly ConcurrentDictionary<string, HeldLease> held = new(StringComparer.Ordinal);
    private int yields;
    private int yielding;

    /// <summary>The session under which shards are owned.</summary>
    public required Func<SessionRef> Session { get; init; }

    /// <summary>What is held.</summary>
    public ICollection<HeldLease> Held => held.Values;

    /// <summary>Yields that were asked for so far.</summary>
    public int Yields => Volatile.Read(ref yields);

    /// <summary>Yields the worker has not answered.</summary>
    public int Yielding => Volatile.Read(ref yielding);

    /// <summary>The lease of a term; null: the term is over.</summary>
    public HeldLease? Find(LeaseTerm term) =>
        held.TryGetValue(term.Lease.Key, out var lease) && lease.Term == term && !lease.IsOver ? lease : null;

    public async ValueTask AddAsync(ShardContext shard, HandOver? state, CancellationToken cancellationToken)
    {
        var key = shard.Shard.Value;
        if (options.StreamOf(key) is not { } stream)
        {
            LogForeign(key, options.Namespace);
            return;
        }
        if (await ClaimAsync(stream, shard, cancellationToken).ConfigureAwait(false) is not { } lease)
            return;
        lease.EndWith(shard.OwnershipEnded);
        held[key] = lease;
        holder.Granted(lease.Term);
    }

    public async ValueTask<HandOver?> PrepareDropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        if (held.TryGetValue(shard.Shard.Value, out var lease))
            await YieldAsync(lease, shard.OwnershipEnded).ConfigureAwait(false);
        return null;
    }

    public async ValueTask DropAsync(ShardContext shard, CancellationToken cancellationToken)
    {
        if (!held.TryGetValue(shard.Shard.Value, out var lease))
            return;
        if (lease.IsFinishing)
        {
            // The answer decides whether this is the end that was wanted, or a loss.
            await lease.Writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            lease.Writing.Release();
        }
        if (End(lease))
            holder.Lost(lease.Term);
    }

    /// <summary>Lets the worker finish what it does with a lease, then ends the term.</summary>
    public async Task YieldAsync(HeldLease lease, CancellationToken forced)
    {
        Interlocked.Increment(ref yields);
        Interlocked.Increment(ref yielding);
        try
        {
            await lease.YieldOnceAsync(() => holder.YieldAsync(lease.Term, forced)).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref yielding);
            End(lease);
        }
    }

    /// <summary>Ends a term. False: it had ended before.</summary>
    public bool End(HeldLease lease)
    {
        held.TryRemove(KeyValuePair.Create(lease.Term.Lease.Key, lease));
        return lease.End();
    }

    /// <summary>Writes into the row who holds it. Null: the shard has gone on, or is finished; the host will hear of
    /// it.</summary>
    private async Task<HeldLease?> ClaimAsync(
        StreamIdentity stream, ShardContext shard, CancellationToken cancellationToken)
    {
        var owner = Session();
        while (true)
        {
            var read = await client.ReadAsync(shard.Shard, cancellationToken).ConfigureAwait(false);
            if (read is not { IsFinished: false })
                return null;
            var (row, generation) = LeaseRow.Decode(shard.Shard.Value, read.State);
            if (row.IsFinished)
            {
                await client.FinishAsync(
                    owner, shard.Shard, shard.Generation, read.State, read.StateRevision, [], cancellationToken)
                    .ConfigureAwait(false);
                return null;
            }
            var switched = row.Owner is not null && generation != shard.Generation.Value;
            var claimed = row with
            {
                Owner = options.WorkerId,
                Counter = row.Counter + 1,
                OwnerSwitchesSinceCheckpoint = row.OwnerSwitchesSinceCheckpoint + (switched ? 1 : 0),
            };
            var write = await client.WriteStateAsync(
                owner, shard.Shard, shard.Generation, LeaseRow.Encode(claimed, shard.Generation.Value),
                read.StateRevision, cancellationToken).ConfigureAwait(false);
            if (write.Outcome == StateWriteOutcome.Written)
            {
                return new HeldLease(
                    stream.Name, StreamIdentity.ShardOf(claimed.Key), claimed, write.StateRevision, owner,
                    shard.Generation);
            }
            if (write.Outcome == StateWriteOutcome.Refused)
            {
                LogGone(shard.Shard, write.Reason);
                return null;
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Shard {Shard} of namespace {Namespace} is of no stream of this worker: it is held and not"
            + " processed")]
    private partial void LogForeign(string shard, string @namespace);

    [LoggerMessage(Level = LogLevel.Information, Message = "Lease {Shard} has gone on before it was begun: {Reason}")]
    private partial void LogGone(ShardId shard, string reason);
}
