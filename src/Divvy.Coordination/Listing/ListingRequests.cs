using System.Collections.Immutable;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Steps;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Listing;

/// <summary>Checks what callers say about listed shards. Every refusal names the field and the limit.</summary>
internal static class ListingRequests
{
    /// <summary>Shards added by one call; each costs two operations of a transaction.</summary>
    public const int MaxShardsAdded = 10_000;

    /// <summary>Children added in the transaction that finishes their parent: they have to fit into it.</summary>
    public const int MaxChildren = 16;

    /// <summary>Parents of a shard; a merge has two.</summary>
    public const int MaxParents = 16;

    /// <summary>Shards named in one call to read or forget; each costs two operations of a transaction.</summary>
    public const int MaxShardsRead = 60;

    /// <summary>Size of a state: sixty of them are well within a store's limit for a request.</summary>
    public const int MaxStateBytes = 16 * 1024;

    public static RpcException Refuse(string why) =>
        new(RpcStatusCode.InvalidArgument, $"the call is refused: {why}");

    public static void CheckCount(int count, int most, string verb)
    {
        if (count > most)
            throw Refuse($"it names {count} shards to {verb}; at most {most} are taken at a time");
    }

    public static IReadOnlyList<ShardAddition> Read(IReadOnlyCollection<Rpc.Sharding.ShardAddition> additions) =>
        Checked([.. additions.Select(addition => new ShardAddition(
            new ShardId(addition.Shard),
            new HashRange(addition.RangeStart, addition.RangeEnd),
            addition.Parents.Select(parent => new ShardId(parent)).ToImmutableArray(),
            addition.State.Memory))]);

    /// <summary>The same, or the first thing that is wrong with them.</summary>
    public static IReadOnlyList<ShardAddition> Checked(IReadOnlyList<ShardAddition> additions)
    {
        CheckCount(additions.Count, MaxShardsAdded, "add");
        var named = new HashSet<ShardId>();
        foreach (var addition in additions)
        {
            Check(addition);
            if (!named.Add(addition.Shard))
                throw Refuse($"it names the shard '{addition.Shard}' twice");
        }
        return additions;
    }

    public static OwnerWrite Read(WriteShardStateRequest request)
    {
        CheckName(request.Shard);
        CheckState(request.Shard, request.State.Length);
        return new OwnerWrite(
            new SessionRef(new InstanceId(request.Instance), new SessionId(request.Session)),
            new ShardId(request.Shard),
            new Generation(request.Generation),
            new StateWrite(request.State.Memory, request.StateRevision));
    }

    private static void Check(ShardAddition addition)
    {
        CheckName(addition.Shard.Value);
        CheckState(addition.Shard.Value, addition.State.Length);
        if (addition.Parents.Length > MaxParents)
        {
            throw Refuse(
                $"shard {addition.Shard} has {addition.Parents.Length} parents; at most {MaxParents} are taken");
        }
        foreach (var parent in addition.Parents)
            CheckName(parent.Value);
        var (start, end) = addition.Range;
        if (end != 0 && end <= start)
            throw Refuse($"the range of shard {addition.Shard} ends at {end:x16}, not behind its start {start:x16}");
    }

    private static void CheckName(string name)
    {
        if (!StoreLayout.IsName(name))
        {
            throw Refuse(
                $"the shard '{name}' is not 1 to {StoreLayout.MaxNameLength} letters, digits, '-', '_', '.', ':'");
        }
    }

    private static void CheckState(string shard, int length)
    {
        if (length > MaxStateBytes)
            throw Refuse($"the state of shard {shard} has {length} bytes; at most {MaxStateBytes} are taken");
    }
}
