namespace Divvy.Streams.Leases;

/// <summary>The lease is no longer this worker's: what it wanted to write was refused, and another worker goes on from
/// the last checkpoint. Stop processing the shard.</summary>
public sealed class LeaseLostException(string message, Exception? inner = null) : Exception(message, inner);
