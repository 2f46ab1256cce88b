using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>What the planner needs to know of a shard record.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Owner">Its owner, alive or not; null: nobody yet.</param>
/// <param name="Next">Where a move under way leads.</param>
/// <param name="Standbys">Who is kept warm, best first.</param>
/// <param name="Phase">Where the record stands.</param>
/// <param name="Pin">The instance an operator pinned it to. The pin binds while that instance is there and takes
/// shards, or has this one and is not draining; otherwise it waits and the shard is placed like any other.</param>
/// <param name="Penalised">Instances that failed to prepare it of late: avoided while there is another.</param>
public sealed record PlanningShard(
    ShardId Shard,
    SessionRef? Owner,
    SessionRef? Next,
    ImmutableArray<SessionRef> Standbys,
    ShardPhase Phase,
    InstanceId? Pin,
    ImmutableArray<InstanceId> Penalised)
{
    /// <summary>The view of a record; its pin comes along.</summary>
    public static PlanningShard Of(ShardRecord record, ImmutableArray<InstanceId> penalised)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new(
            record.Shard, record.Owner, record.Next, record.Standbys, record.Phase, record.Pin, penalised);
    }
}
