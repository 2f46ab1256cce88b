using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>Something about one shard that somebody should look at.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Stream">The stream's name.</param>
/// <param name="Shard">The shard's id.</param>
/// <param name="Message">For people: what happened, to which record, what follows.</param>
/// <param name="Record">The record in question, or the first of the batch under way; null: none.</param>
/// <param name="Failure">What was thrown; null: nothing was.</param>
public sealed record ConsumerReport(
    ReportKind Kind, string Stream, string Shard, string Message, StreamRecord? Record, Exception? Failure);
