using Divvy.Cli.Measurement;

namespace Divvy.Cli.Load;

/// <summary>The gaps of many shards: each shard counts once, with its longest.</summary>
internal sealed record GapSummary(int Count, double P50Ms, double P99Ms, double MaxMs)
{
    public static GapSummary Of(IReadOnlyCollection<ShardGap> gaps) => new(
        gaps.Count,
        Quantile.NearestRank(gaps.Select(gap => gap.Milliseconds), 0.50),
        Quantile.NearestRank(gaps.Select(gap => gap.Milliseconds), 0.99),
        Quantile.NearestRank(gaps.Select(gap => gap.Milliseconds), 1.0));

    public override string ToString() => $"{Count} shards, p50 {P50Ms:0.0} ms, p99 {P99Ms:0.0} ms, max {MaxMs:0.0} ms";
}
