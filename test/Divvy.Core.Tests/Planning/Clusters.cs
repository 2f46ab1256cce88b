using System.Collections.Immutable;
using System.Globalization;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Planning;

namespace Divvy.Core.Tests.Planning;

/// <summary>Builds planner inputs, and carries plans out as the handoff would.</summary>
internal static class Clusters
{
    public static SessionRef Session(int number) =>
        new(new(string.Create(CultureInfo.InvariantCulture, $"i{number:d3}")), new(1000 + number));

    public static PlanningInstance Instance(
        int number, double capacity = 1, string zone = "", InstanceStatus status = InstanceStatus.Active) =>
        new(Session(number), capacity, zone, status);

    public static ImmutableArray<PlanningInstance> Instances(int count) =>
        [.. Enumerable.Range(0, count).Select(number => Instance(number))];

    public static PlanningShard Shard(
        int number,
        SessionRef? owner = null,
        SessionRef? next = null,
        ShardPhase phase = ShardPhase.Stable,
        InstanceId? pin = null) =>
        new(new(string.Create(CultureInfo.InvariantCulture, $"s{number:d6}")), owner, next, [], phase, pin, []);

    /// <summary>Shards owned in blocks: counts[i] by instance i.</summary>
    public static ImmutableArray<PlanningShard> Owned(params int[] counts)
    {
        var owners = counts.SelectMany((count, owner) => Enumerable.Repeat(owner, count));
        return [.. owners.Select((owner, number) => Shard(number, Session(owner)))];
    }

    public static PlanningInput Input(
        ImmutableArray<PlanningInstance> instances,
        ImmutableArray<PlanningShard> shards,
        PlannerPolicy? policy = null) =>
        new() { Instances = instances, Shards = shards, Policy = policy ?? Unbounded };

    /// <summary>A policy whose budget is never in the way.</summary>
    public static PlannerPolicy Unbounded { get; } =
        new() { MaxMovesInFlight = int.MaxValue, MaxMovesPerInstance = int.MaxValue };

    /// <summary>Begins what the plan says: moves are under way afterwards.</summary>
    public static PlanningInput Begin(PlanningInput input, AssignmentPlan plan)
    {
        var changes = plan.Changes.ToDictionary(change => change.Shard);
        return input with
        {
            Shards = [.. input.Shards.Select(shard =>
                changes.TryGetValue(shard.Shard, out var change) ? Begin(shard, change) : shard)],
        };
    }

    /// <summary>Ends the moves under way that <paramref name="which"/> picks.</summary>
    public static PlanningInput Finish(PlanningInput input, Func<PlanningShard, bool> which) => input with
    {
        Shards = [.. input.Shards.Select(shard =>
            shard.Phase is ShardPhase.Preparing or ShardPhase.Yielding && which(shard)
                ? shard with { Owner = shard.Next, Next = null, Phase = ShardPhase.Stable }
                : shard)],
    };

    /// <summary>The input once the plan is carried out to the end.</summary>
    public static PlanningInput Carry(PlanningInput input, AssignmentPlan plan) =>
        Finish(Begin(input, plan), _ => true);

    /// <summary>How many shards each instance owns, in the order of the input's instances.</summary>
    public static int[] Counts(PlanningInput input) =>
        [.. input.Instances.Select(instance => input.Shards.Count(shard => shard.Owner == instance.Session))];

    private static PlanningShard Begin(PlanningShard shard, PlannedChange change) => change.Kind switch
    {
        PlannedChangeKind.Assign or PlannedChangeKind.Takeover => shard with
        {
            Owner = change.To,
            Next = null,
            Phase = ShardPhase.Stable,
            Standbys = change.Standbys,
        },
        PlannedChangeKind.Move => shard with
        {
            Next = change.To,
            Phase = ShardPhase.Preparing,
            Standbys = change.Standbys,
        },
        PlannedChangeKind.CancelMove => shard with { Next = null, Phase = ShardPhase.Stable },
        _ => shard with { Standbys = change.Standbys },
    };
}
