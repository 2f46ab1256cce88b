using System.Collections.Concurrent;
using Divvy.Streams.Leases;

namespace Divvy.Streams.Tests.Leases.Table;

/// <summary>A holder that notes what it holds and finishes at once when asked to.</summary>
internal sealed class RecordingHolder(TimeProvider time) : ILeaseHolder
{
    private readonly ConcurrentDictionary<string, LeaseTerm> terms = new(StringComparer.Ordinal);

    /// <summary>What it holds.</summary>
    public IReadOnlyDictionary<string, LeaseTerm> Held =>
        terms.Where(static pair => !pair.Value.Ended.IsCancellationRequested)
            .ToDictionary(StringComparer.Ordinal);

    /// <summary>When each lease was last granted, and last finished because it was asked for.</summary>
    public ConcurrentDictionary<string, long> GrantedAt { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, long> YieldedAt { get; } = new(StringComparer.Ordinal);

    public int Losses { get; private set; }

    public void Granted(LeaseTerm term)
    {
        GrantedAt[term.Lease.Key] = time.GetTimestamp();
        terms[term.Lease.Key] = term;
    }

    public Task YieldAsync(LeaseTerm term, CancellationToken forced)
    {
        YieldedAt[term.Lease.Key] = time.GetTimestamp();
        return Task.CompletedTask;
    }

    public void Lost(LeaseTerm term) => Losses++;
}
