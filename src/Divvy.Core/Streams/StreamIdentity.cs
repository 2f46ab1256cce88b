namespace Divvy.Core.Streams;

/// <summary>A stream whose shards are shared out, and how its shards are named in the lease table.</summary>
/// <param name="Name">The stream's name.</param>
/// <param name="Account">The AWS account it is in; needed only when one application reads several streams.</param>
/// <param name="CreationEpoch">When it was created, in seconds since 1970: tells a stream from a later one of the same
/// name. Needed only when one application reads several streams.</param>
public sealed record StreamIdentity(string Name, string Account = "000000000000", long CreationEpoch = 0)
{
    /// <summary>The lease key of a shard: its id; with several streams <c>account:stream:creationEpoch:shardId</c>, as
    /// the Java KCL's multi-stream mode writes it.</summary>
    public string LeaseKey(string shardId, bool severalStreams) =>
        severalStreams ? $"{Prefix}{shardId}" : shardId;

    /// <summary>Whether a lease key in the form of several streams is one of this stream's.</summary>
    public bool Owns(string leaseKey) => leaseKey.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The shard's id in a lease key of either form.</summary>
    public static string ShardOf(string leaseKey) => leaseKey[(leaseKey.LastIndexOf(':') + 1)..];

    /// <summary>The lease key of another shard of the same stream.</summary>
    public static string Sibling(string leaseKey, string shardId) =>
        string.Concat(leaseKey.AsSpan(0, leaseKey.LastIndexOf(':') + 1), shardId);

    private string Prefix => FormattableString.Invariant($"{Account}:{Name}:{CreationEpoch}:");
}
