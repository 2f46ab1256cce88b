using Divvy.Coordination.Steps;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Listing;

/// <summary>A state written in the name of a shard's owner.</summary>
internal sealed record OwnerWrite(SessionRef Owner, ShardId Shard, Generation Generation, StateWrite State)
{
    /// <summary>Whether the record says that the writer owns the shard in the generation it names.</summary>
    public bool IsBy(ShardRecord record) => record.Owner == Owner && record.Generation == Generation;

    /// <summary>For people: why the write is refused.</summary>
    public string WhyNot(ListedShardView view)
    {
        if (!view.Exists)
            return view.State is null ? $"there is no shard {Shard}" : $"shard {Shard} is finished";
        if (view.Record is not { Record: var record })
            return $"the record of shard {Shard} cannot be read: see the server's log";
        var owner = record.Owner?.ToString() ?? "nobody";
        return $"shard {Shard} is owned by {owner} in generation {record.Generation},"
            + $" not by {Owner} in generation {Generation}";
    }
}
