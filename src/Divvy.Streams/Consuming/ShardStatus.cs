using Divvy.Core.Streams;

namespace Divvy.Streams.Consuming;

/// <summary>How far a worker is with a shard it holds.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Shard">The shard's id.</param>
/// <param name="Phase">What it does with it.</param>
/// <param name="Written">What is written down as processed.</param>
/// <param name="BehindLatest">How long ago the newest record came that was not read yet; null before the first read.
/// </param>
/// <param name="Records">How many records were processed in this holding.</param>
/// <param name="BufferedBytes">What is read and not processed yet.</param>
public sealed record ShardStatus(
    string Stream,
    string Shard,
    ShardPhase Phase,
    Checkpoint Written,
    TimeSpan? BehindLatest,
    long Records,
    long BufferedBytes);
