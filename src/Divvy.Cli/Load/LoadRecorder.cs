using Divvy.Cli.Measurement;

namespace Divvy.Cli.Load;

/// <summary>Collects samples and sums them up. Reads no clock. Thread-safe.</summary>
/// <param name="warmUp">Of answers to requests that were due before this time, only their number and generation
/// count.
/// </param>
internal sealed class LoadRecorder(TimeSpan warmUp = default)
{
    private readonly Lock gate = new();
    private readonly LatencyHistogram latencies = new();
    private readonly SortedDictionary<string, long> failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ShardHistory> shards = new(StringComparer.Ordinal);
    private long sent;
    private long answered;

    /// <summary>Requests that have ended, and how many of them failed.</summary>
    public (long Ended, long Failed) Progress
    {
        get
        {
            lock (gate)
                return (sent, failures.Values.Sum());
        }
    }

    public void Record(in LoadSample sample)
    {
        lock (gate)
        {
            sent++;
            var history = sample.Shard is null ? null : HistoryOf(sample.Shard);
            if (sample.Failure is null)
            {
                var isWarm = sample.Due >= warmUp;
                answered++;
                if (isWarm)
                    latencies.Record(sample.Latency);
                history?.Answered(sample, isWarm);
            }
            else
            {
                failures[sample.Failure] = failures.GetValueOrDefault(sample.Failure) + 1;
                history?.Failed(sample);
            }
        }
    }

    public LoadReport Report(TimeSpan elapsed)
    {
        lock (gate)
        {
            foreach (var history in shards.Values)
                history.End(elapsed);
            var gaps = shards
                .Select(shard => new ShardGap(shard.Key, Milliseconds(shard.Value.Gap), shard.Value.HasMoved))
                .OrderByDescending(gap => gap.Milliseconds).ThenBy(gap => gap.Shard, StringComparer.Ordinal)
                .ToList();
            var moved = gaps.Where(gap => gap.Moved).ToList();
            return new LoadReport(
                Sent: sent,
                Ok: answered,
                Failed: failures.Values.Sum(),
                Failures: new SortedDictionary<string, long>(failures, StringComparer.Ordinal),
                ElapsedSeconds: elapsed.TotalSeconds,
                RequestsPerSecond: elapsed > TimeSpan.Zero ? sent / elapsed.TotalSeconds : 0,
                P50Ms: Milliseconds(latencies.Quantile(0.50)),
                P99Ms: Milliseconds(latencies.Quantile(0.99)),
                MaxMs: Milliseconds(latencies.Max),
                StaleAnswers: shards.Values.Sum(history => history.StaleAnswers),
                Shards: GapSummary.Of(gaps),
                Moved: GapSummary.Of(moved),
                LongestGaps: [.. gaps.Take(LoadReport.MaxListedGaps)],
                MovedGaps: moved);
        }
    }

    private ShardHistory HistoryOf(string shard)
    {
        if (!shards.TryGetValue(shard, out var history))
            shards[shard] = history = new ShardHistory();
        return history;
    }

    private static double Milliseconds(TimeSpan duration) => Math.Round(duration.TotalMilliseconds, 3);
}
