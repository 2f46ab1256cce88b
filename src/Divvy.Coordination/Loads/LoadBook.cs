using System.Collections.Concurrent;
using Divvy.Core.Identity;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Loads;

/// <summary>The newest load reports of the sessions whose streams are on this server. They never go through the store.
/// Thread-safe.</summary>
internal sealed class LoadBook
{
    /// <summary>Shards of one report that are kept.</summary>
    public const int MaxShardsPerReport = 100_000;

    private readonly ConcurrentDictionary<(string Space, SessionRef Session), Dictionary<string, double>> reports = [];

    public void Report(string space, SessionRef session, IEnumerable<ShardLoad> loads)
    {
        var rates = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var load in loads.Take(MaxShardsPerReport))
        {
            if (double.IsFinite(load.RequestsPerSecond) && load.RequestsPerSecond >= 0)
                rates[load.Shard] = load.RequestsPerSecond;
        }
        if (rates.Count > 0)
            reports[(space, session)] = rates;
    }

    public void Forget(string space, SessionRef session) => reports.TryRemove((space, session), out _);

    /// <summary>Requests per second of a session over all its shards; null: it reported none to this server.</summary>
    public double? RateOf(string space, SessionRef session) =>
        reports.TryGetValue((space, session), out var rates) ? rates.Values.Sum() : null;

    /// <summary>Requests per second of one shard, as its owner reported it to this server; null: it did not.</summary>
    public double? RateOf(string space, SessionRef owner, ShardId shard) =>
        reports.TryGetValue((space, owner), out var rates) && rates.TryGetValue(shard.Value, out var rate)
            ? rate
            : null;
}
