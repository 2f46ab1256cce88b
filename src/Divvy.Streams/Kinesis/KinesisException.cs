namespace Divvy.Streams.Kinesis;

/// <summary>The Kinesis service refused a call or could not be reached.</summary>
/// <param name="message">What was asked of which stream and shard, what came back, what to do.</param>
/// <param name="errorType">The service's error without its namespace, such as
/// <c>ProvisionedThroughputExceededException</c>; empty when no answer came.</param>
/// <param name="inner">What was caught.</param>
public class KinesisException(string message, string errorType = "", Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The service's error without its namespace; empty when no answer came.</summary>
    public string ErrorType { get; } = errorType;
}
