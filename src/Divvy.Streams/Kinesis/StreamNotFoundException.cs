namespace Divvy.Streams.Kinesis;

/// <summary>There is no stream of that name in the region, or it was deleted meanwhile.</summary>
public sealed class StreamNotFoundException(string message, Exception? inner = null)
    : KinesisException(message, "ResourceNotFoundException", inner);
