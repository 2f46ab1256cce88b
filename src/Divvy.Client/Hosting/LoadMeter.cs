using System.Collections.Concurrent;
using Divvy.Core.Identity;

namespace Divvy.Client.Hosting;

/// <summary>Counts served requests per shard for the load report. Thread-safe; one reader.</summary>
internal sealed class LoadMeter(TimeProvider time)
{
    private readonly ConcurrentDictionary<ShardId, Count> counts = [];
    private long since = time.GetTimestamp();

    public void Served(ShardId shard) =>
        Interlocked.Increment(ref counts.GetOrAdd(shard, static _ => new Count()).Requests);

    /// <summary>Requests a second since the last reading, for shards that had any, in order of shards. A shard without
    /// any is forgotten.</summary>
    public IReadOnlyList<(ShardId Shard, double RequestsPerSecond)> Take()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(since, now).TotalSeconds;
        since = now;
        if (seconds <= 0)
            return [];
        var loads = new List<(ShardId, double)>();
        foreach (var (shard, count) in counts)
        {
            var requests = Interlocked.Exchange(ref count.Requests, 0);
            if (requests > 0)
                loads.Add((shard, requests / seconds));
            else
                counts.TryRemove(KeyValuePair.Create(shard, count));
        }
        loads.Sort(static (one, other) => one.Item1.CompareTo(other.Item1));
        return loads;
    }

    private sealed class Count
    {
        public long Requests;
    }
}
