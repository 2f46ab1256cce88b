using System.Collections.Immutable;
using System.Globalization;
using Amazon.DynamoDBv2.Model;
using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Table;

/// <summary>A lease as an item of the Java KCL's table: its attributes' names and types, to the letter. What other
/// versions write besides is left alone.</summary>
internal static class LeaseRow
{
    public const string Key = "leaseKey";
    public const string Owner = "leaseOwner";
    public const string Counter = "leaseCounter";
    public const string YieldingOwner = "checkpointOwner";
    public const string OwnerSwitches = "ownerSwitchesSinceCheckpoint";
    public const string Checkpoint = "checkpoint";
    public const string CheckpointSub = "checkpointSubSequenceNumber";
    public const string Pending = "pendingCheckpoint";
    public const string PendingSub = "pendingCheckpointSubSequenceNumber";
    public const string PendingState = "pendingCheckpointState";
    public const string Parents = "parentShardId";
    public const string Children = "childShardIds";
    public const string StartingHashKey = "startingHashKey";
    public const string EndingHashKey = "endingHashKey";
    public const string StreamName = "streamName";
    public const string ShardId = "shardId";
    public const string EntityType = "entityType";

    private const string LeaseEntity = "LEASE";

    /// <summary>The lease in an item; null when the item is none: another entity of the KCL's, or a foreign
    /// row.</summary>
    public static StreamLease? Read(Dictionary<string, AttributeValue> item)
    {
        if (Text(item, EntityType) is { } entity && entity != LeaseEntity)
            return null;
        if (Text(item, Key) is not { } key || Text(item, Checkpoint) is not { } checkpoint
            || Number(item, Counter) is not { } counter)
            return null;
        return new StreamLease(key)
        {
            Owner = Text(item, Owner),
            YieldingOwner = Text(item, YieldingOwner),
            Counter = counter,
            Checkpoint = new Checkpoint(checkpoint, Number(item, CheckpointSub) ?? 0),
            PendingCheckpoint = Text(item, Pending) is { } pending
                ? new Checkpoint(pending, Number(item, PendingSub) ?? 0)
                : null,
            PendingState = item.TryGetValue(PendingState, out var state) && state.B is { } bytes
                ? ImmutableArray.Create(bytes.ToArray())
                : [],
            OwnerSwitchesSinceCheckpoint = Number(item, OwnerSwitches) ?? 0,
            Parents = Shards(item, Parents, key),
            Children = Shards(item, Children, key),
            HashKeys = Range(item),
        };
    }

    /// <summary>The item of a lease that is new.</summary>
    public static Dictionary<string, AttributeValue> Create(StreamLease lease)
    {
        var item = new Dictionary<string, AttributeValue>(StringComparer.Ordinal)
        {
            [Key] = new() { S = lease.Key },
            [Counter] = Of(lease.Counter),
            [OwnerSwitches] = Of(lease.OwnerSwitchesSinceCheckpoint),
            [Checkpoint] = new() { S = lease.Checkpoint.SequenceNumber },
            [CheckpointSub] = Of(lease.Checkpoint.SubSequenceNumber),
        };
        if (lease.Owner is { } owner)
            item[Owner] = new() { S = owner };
        if (lease.Parents.Length > 0)
            item[Parents] = Of(lease.Parents);
        if (lease.Children.Length > 0)
            item[Children] = Of(lease.Children);
        if (lease.HashKeys is { } range)
        {
            item[StartingHashKey] = new() { S = range.Start.ToString(CultureInfo.InvariantCulture) };
            item[EndingHashKey] = new() { S = range.End.ToString(CultureInfo.InvariantCulture) };
        }

        if (lease.Key.LastIndexOf(':') is > 0 and var end)
        {
            item[StreamName] = new() { S = lease.Key[..end] };
            item[ShardId] = new() { S = StreamIdentity.ShardOf(lease.Key) };
        }

        return item;
    }

    public static AttributeValue Of(long number) =>
        new() { N = number.ToString(CultureInfo.InvariantCulture) };

    /// <summary>A set of shards: the KCL keeps their ids, with several streams too.</summary>
    public static AttributeValue Of(ImmutableArray<string> keys) =>
        new() { SS = [.. keys.Select(StreamIdentity.ShardOf)] };

    public static string? Text(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value) && value.S is { Length: > 0 } text ? text : null;

    public static long? Number(Dictionary<string, AttributeValue> item, string name) =>
        item.TryGetValue(name, out var value)
        && long.TryParse(value.N, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static ImmutableArray<string> Shards(Dictionary<string, AttributeValue> item, string name, string key) =>
        item.TryGetValue(name, out var value) && value.SS is { Count: > 0 } shards
            ? [.. shards.Order(StringComparer.Ordinal).Select(shard => StreamIdentity.Sibling(key, shard))]
            : [];

    private static HashKeyRange? Range(Dictionary<string, AttributeValue> item) =>
        UInt128.TryParse(Text(item, StartingHashKey), CultureInfo.InvariantCulture, out var start)
        && UInt128.TryParse(Text(item, EndingHashKey), CultureInfo.InvariantCulture, out var end)
            ? new HashKeyRange(start, end)
            : null;
}
