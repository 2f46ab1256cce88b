namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>How <c>divvy bench streams</c> runs.</summary>
/// <param name="Shards">Of the stream; so many reads are under way at once.</param>
/// <param name="Records">Of the stream, dealt evenly to its shards.</param>
/// <param name="Size">Bytes of a record's data.</param>
/// <param name="Repetitions">Runs of each reader.</param>
/// <param name="Stalled">How long memory is watched; zero: it is not.</param>
internal sealed record StreamSettings(int Shards, int Records, int Size, int Repetitions, TimeSpan Stalled)
{
    /// <summary>The stream's and the application's name.</summary>
    public const string Stream = "divvy-bench";

    /// <summary>What the worker must reach of the bare loop's rate.</summary>
    public const double RatioBar = 0.9;

    /// <summary>Megabytes of the worker's process that may be resident while its processor stalls.</summary>
    public const double MemoryBar = 100;

    public int PerShard => Records / Shards;
}
