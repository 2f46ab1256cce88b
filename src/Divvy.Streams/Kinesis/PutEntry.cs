namespace Divvy.Streams.Kinesis;

/// <summary>A record to be written.</summary>
/// <param name="PartitionKey">1 to 256 characters; its MD5 chooses the shard.</param>
/// <param name="Data">0 bytes to 1 MiB, with the partition key.</param>
/// <param name="ExplicitHashKey">Chooses the shard in place of the partition key's MD5 (decimal); null: does not.
/// </param>
public sealed record PutEntry(string PartitionKey, ReadOnlyMemory<byte> Data, string? ExplicitHashKey = null);
