namespace Divvy.Streams.Kinesis;

/// <summary>The service throttled the call until its retries were used up. Slow down, or add shards.</summary>
/// <param name="message">What was asked of which stream and shard, and how often.</param>
/// <param name="errorType">The service's word for it, such as <c>ProvisionedThroughputExceededException</c>.</param>
/// <param name="inner">What was caught.</param>
public sealed class ThroughputExceededException(string message, string errorType, Exception? inner = null)
    : KinesisException(message, errorType, inner);
