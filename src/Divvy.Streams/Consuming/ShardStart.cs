using Divvy.Core.Streams;

namespace Divvy.Streams.Consuming;

/// <summary>What a processor is told about the shard it is to process.</summary>
public sealed class ShardStart
{
    /// <summary>The stream's name.</summary>
    public required string Stream { get; init; }

    /// <summary>The shard's id.</summary>
    public required string Shard { get; init; }

    /// <summary>The worker that holds it.</summary>
    public required string Worker { get; init; }

    /// <summary>Lease keys of the shards it came from; empty for an original one.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary>Where the records begin: behind this record, or at a place.</summary>
    public required Checkpoint Checkpoint { get; init; }

    /// <summary>A checkpoint that an earlier holder announced and did not make; null: none.</summary>
    public Checkpoint? Pending { get; init; }

    /// <summary>What it announced with it.</summary>
    public ReadOnlyMemory<byte> PendingState { get; init; }

    /// <summary>A number that grows with every change of owner: put it into writes elsewhere, and let the other side
    /// refuse smaller ones.</summary>
    public long Fence { get; init; }

    /// <summary>Cancelled when the lease is over for any reason.</summary>
    public CancellationToken LeaseEnded { get; init; }
}
