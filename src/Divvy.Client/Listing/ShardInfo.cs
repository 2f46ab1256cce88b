using Divvy.Core.Identity;
using Divvy.Rpc.Sharding;

namespace Divvy.Client.Listing;

/// <summary>A shard of a listed namespace as it was read.</summary>
/// <param name="Shard">Its name.</param>
public sealed record ShardInfo(ShardId Shard)
{
    /// <summary>What its owners wrote last, or what it was added with.</summary>
    public ReadOnlyMemory<byte> State { get; init; }

    /// <summary>Revision of the state; what a write names as the one it replaces.</summary>
    public long StateRevision { get; init; }

    /// <summary>It takes no place any more: only its state is left.</summary>
    public bool IsFinished { get; init; }

    /// <summary>Who owns it; null: nobody.</summary>
    public InstanceId? Owner { get; init; }

    /// <summary>Where a planned move leads; null: none is under way.</summary>
    public InstanceId? Next { get; init; }

    /// <summary>Its owner's fencing token.</summary>
    public Generation Generation { get; init; }

    internal static ShardInfo From(ListedShard message) => new(new ShardId(message.Shard))
    {
        State = message.State.Memory,
        StateRevision = message.StateRevision,
        IsFinished = message.Finished,
        Owner = Instance(message.Owner),
        Next = Instance(message.Next),
        Generation = new Generation(message.Generation),
    };

    private static InstanceId? Instance(string name) => name.Length > 0 ? new InstanceId(name) : null;
}
