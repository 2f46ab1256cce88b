namespace Divvy.Streams.Kinesis;

/// <summary>The iterator is older than five minutes: get a new one behind the last record that was read.</summary>
public sealed class ExpiredIteratorException(string message, Exception? inner = null)
    : KinesisException(message, "ExpiredIteratorException", inner);
