using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;

namespace Divvy.Streams.Tests.Consuming.Fakes;

/// <summary>A lease store of one worker in memory: grants, asks back and takes away when the test says so, and fences
/// as the real ones do. Thread-safe.</summary>
internal sealed class FakeLeaseStore : ILeaseStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, StreamLease> leases = [];
    private readonly Dictionary<string, (LeaseTerm Term, CancellationTokenSource End)> held = [];
    private readonly Queue<Exception> failures = [];
    private ILeaseHolder? holder;
    private long fence;

    /// <summary>Checkpoints, announcements, ends, in order.</summary>
    public EventLog Writes { get; } = new();

    /// <summary>Grants the children of a finished shard.</summary>
    public bool GrantsChildren { get; set; }

    /// <summary>Where children are asked for that the shard's end did not name.</summary>
    public IShardSource? Shards { get; set; }

    public void FailNext(params Exception[] next)
    {
        lock (gate)
        {
            foreach (var failure in next)
                failures.Enqueue(failure);
        }
    }

    public LeaseTerm Grant(string stream, string shard, StreamLease? lease = null)
    {
        LeaseTerm term;
        lock (gate)
        {
            lease ??= leases.GetValueOrDefault(shard) ?? new StreamLease(shard);
            leases[shard] = lease;
            var end = new CancellationTokenSource();
            term = new(stream, shard, lease, ++fence, end.Token);
            held[shard] = (term, end);
        }
        holder!.Granted(term);
        return term;
    }

    public async Task YieldAsync(LeaseTerm term, CancellationToken forced = default)
    {
        await holder!.YieldAsync(term, forced);
        await End(term).CancelAsync();
    }

    public void Lose(LeaseTerm term)
    {
        End(term).Cancel();
        holder!.Lost(term);
    }

    /// <summary>The lease's time is over for its holder; the store would still take its writes.</summary>
    public void Expire(LeaseTerm term)
    {
        lock (gate)
            held[term.Shard].End.Cancel();
    }

    public StreamLease Lease(string shard)
    {
        lock (gate)
            return leases[shard];
    }

    public Task StartAsync(ILeaseHolder holder, CancellationToken cancellationToken)
    {
        this.holder = holder;
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        LeaseTerm[] left;
        lock (gate)
            left = [.. held.Values.Select(holding => holding.Term)];
        foreach (var term in left)
            await YieldAsync(term, cancellationToken);
    }

    public ValueTask CheckpointAsync(LeaseTerm term, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Require(term);
            leases[term.Shard] = leases[term.Shard] with { Checkpoint = checkpoint };
        }
        Writes.Add($"checkpoint {term.Shard}");
        return ValueTask.CompletedTask;
    }

    public ValueTask AnnounceCheckpointAsync(
        LeaseTerm term, Checkpoint checkpoint, ReadOnlyMemory<byte> state, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Require(term);
            leases[term.Shard] = leases[term.Shard] with
            {
                PendingCheckpoint = checkpoint,
                PendingState = [.. state.Span],
            };
        }
        Writes.Add($"announce {term.Shard}");
        return ValueTask.CompletedTask;
    }

    public async ValueTask FinishAsync(
        LeaseTerm term, IReadOnlyList<StreamShard> children, CancellationToken cancellationToken)
    {
        if (children.Count == 0 && Shards is not null)
        {
            var all = await Shards.ListShardsAsync(term.Stream, cancellationToken);
            children = [.. all.Where(shard => shard.Parents.Contains(term.Shard))];
        }
        lock (gate)
        {
            Require(term);
            leases[term.Shard] = leases[term.Shard] with { Checkpoint = Checkpoint.ShardEnd };
        }
        End(term).Cancel();
        Writes.Add($"finish {term.Shard} -> {string.Join(",", children.Select(child => child.Id))}");
        if (GrantsChildren)
        {
            foreach (var child in children)
                Grant(term.Stream, child.Id, new StreamLease(child.Id) { Parents = child.Parents });
        }
    }

    public ValueTask<IReadOnlyList<StreamLease>> ListAsync(CancellationToken cancellationToken)
    {
        lock (gate)
            return new([.. leases.Values]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private CancellationTokenSource End(LeaseTerm term)
    {
        lock (gate)
        {
            held.Remove(term.Shard, out var holding);
            return holding.End;
        }
    }

    private void Require(LeaseTerm term)
    {
        if (failures.TryDequeue(out var failure))
            throw failure;
        if (held.GetValueOrDefault(term.Shard).Term != term)
            throw new LeaseLostException($"the lease of {term.Shard} is over");
    }
}
