namespace Divvy.Cli.Load;

/// <summary>What a load run measured. Latencies and gaps count from when a request was due, so a system that stalls
/// cannot hide the requests that waited behind the stall.</summary>
/// <param name="Sent">Requests that ended, well or badly.</param>
/// <param name="Ok">Answered.</param>
/// <param name="Failed">Not answered within their time, retries included.</param>
/// <param name="Failures">Failed, by kind.</param>
/// <param name="ElapsedSeconds">How long the run took.</param>
/// <param name="RequestsPerSecond">The rate that was reached.</param>
/// <param name="P50Ms">Median latency of the answered.</param>
/// <param name="P99Ms">Their 99th percentile.</param>
/// <param name="MaxMs">Their maximum.</param>
/// <param name="StaleAnswers">Answers of a former owner after its successor had answered; must be 0.</param>
/// <param name="Shards">Gaps of all shards.</param>
/// <param name="Moved">Gaps of the shards that changed their generation during the run.</param>
/// <param name="LongestGaps">The worst shards.</param>
/// <param name="MovedGaps">Every shard that moved, worst first.</param>
internal sealed record LoadReport(
    long Sent,
    long Ok,
    long Failed,
    IReadOnlyDictionary<string, long> Failures,
    double ElapsedSeconds,
    double RequestsPerSecond,
    double P50Ms,
    double P99Ms,
    double MaxMs,
    int StaleAnswers,
    GapSummary Shards,
    GapSummary Moved,
    IReadOnlyList<ShardGap> LongestGaps,
    IReadOnlyList<ShardGap> MovedGaps)
{
    /// <summary>Shards listed by name in the report.</summary>
    public const int MaxListedGaps = 10;
}
