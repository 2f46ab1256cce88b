using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>A record that is left out because the processor cannot process it.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Shard">The shard's id.</param>
/// <param name="Record">The record.</param>
/// <param name="Failure">What the processor threw last.</param>
public sealed record PoisonRecord(string Stream, string Shard, StreamRecord Record, Exception Failure);
