namespace Divvy.Cli.Load;

/// <summary>What became of one request. Times are measured from the start of the run.</summary>
/// <param name="Due">When the request was due by the schedule, whether or not it could be sent then.</param>
/// <param name="Sent">When it was sent.</param>
/// <param name="Ended">When its answer had arrived, retries included, or it had failed.</param>
/// <param name="Failure">The kind of failure; null: it was answered.</param>
/// <param name="Shard">The shard of its key; null: not known, because no table had arrived.</param>
/// <param name="Generation">The generation it was answered under; 0 of a failed one.</param>
internal readonly record struct LoadSample(
    TimeSpan Due, TimeSpan Sent, TimeSpan Ended, string? Failure, string? Shard, long Generation)
{
    /// <summary>From when it was due: a request that waited behind a slow one counts its waiting.</summary>
    public TimeSpan Latency => Ended - Due;
}
