namespace Divvy.Store;

/// <summary>What is known of a lease at one moment.</summary>
internal sealed record LeaseState(long TtlSeconds, TimeSpan Left, IReadOnlyList<byte[]> Keys);
