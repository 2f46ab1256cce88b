namespace Divvy.Streams.Kinesis;

/// <summary>What became of a record that was to be written.</summary>
/// <param name="ShardId">Where it is; null when it was refused.</param>
/// <param name="SequenceNumber">Its place there; null when it was refused.</param>
/// <param name="ErrorType">Why it was refused, as the service names it; null when it was stored.</param>
/// <param name="ErrorMessage">The same for people.</param>
public sealed record PutReceipt(string? ShardId, string? SequenceNumber, string? ErrorType, string? ErrorMessage)
{
    /// <summary>Whether the service has the record.</summary>
    public bool IsStored => ErrorType is null;
}
