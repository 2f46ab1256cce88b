using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>Records to process. Immutable.</summary>
public sealed class ProcessorBatch
{
    /// <summary>The stream's name.</summary>
    public required string Stream { get; init; }

    /// <summary>The shard's id.</summary>
    public required string Shard { get; init; }

    /// <summary>At least one, in the shard's order, aggregates taken apart.</summary>
    public required IReadOnlyList<StreamRecord> Records { get; init; }

    /// <summary>How long ago the newest record of the shard came that was not read yet.</summary>
    public required TimeSpan BehindLatest { get; init; }

    /// <summary>1 at the first delivery, more when these records come again after a failure.</summary>
    public required int Attempt { get; init; }

    /// <summary>Writes how far the shard is processed.</summary>
    public required ICheckpointer Checkpointer { get; init; }
}
