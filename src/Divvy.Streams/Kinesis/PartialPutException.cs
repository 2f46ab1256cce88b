namespace Divvy.Streams.Kinesis;

/// <summary>Some records of a batch were refused until the retries were used up; the others are stored.</summary>
/// <param name="message">How many of which stream, and why the first was refused.</param>
/// <param name="errorType">Why the first was refused, as the service names it.</param>
/// <param name="receipts">What became of each record, in the order they were given.</param>
public sealed class PartialPutException(string message, string errorType, IReadOnlyList<PutReceipt> receipts)
    : KinesisException(message, errorType)
{
    /// <summary>What became of each record, in the order they were given.</summary>
    public IReadOnlyList<PutReceipt> Receipts { get; } = receipts;
}
