using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>Thrown by a processor: this record of the batch cannot be processed, and those before it are. Spares the
/// worker from trying the batch's records one by one.</summary>
/// <param name="record">A record of the batch.</param>
/// <param name="message">Why.</param>
/// <param name="inner">What was caught.</param>
public sealed class RecordFailedException(StreamRecord record, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The record that failed.</summary>
    public StreamRecord Record { get; } = record;
}
