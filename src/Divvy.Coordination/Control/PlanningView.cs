using System.Collections.Immutable;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Control;

/// <summary>A namespace as the planner sees it: its instances with what operators said of them, its shard records, and
/// the shards of its layout that have no record yet. Pure.</summary>
internal static class PlanningView
{
    public static PlanningInput Of(NamespaceSnapshot space, Func<ShardId, ImmutableArray<InstanceId>> penalised)
    {
        var config = space.Config ?? throw new ArgumentException($"{space.Name} has no configuration", nameof(space));
        var shards = ImmutableArray.CreateBuilder<PlanningShard>(Math.Max(config.Shards, space.Shards.Count));
        foreach (var (shard, version) in space.Shards)
            shards.Add(PlanningShard.Of(version.Record, penalised(shard)));
        foreach (var (shard, _) in Missing(space))
            shards.Add(new PlanningShard(shard, null, null, [], ShardPhase.Stable, null, penalised(shard)));
        return new PlanningInput
        {
            Policy = config.ToPolicy(),
            Instances = [.. space.Instances.Values.Select(instance => ToPlanning(instance, space))],
            Shards = shards.DrainToImmutable(),
        };
    }

    /// <summary>The shards of the layout that have no record. One whose record cannot be read is not missing; of a
    /// listed namespace none is, since whoever adds a shard writes its record.</summary>
    public static IEnumerable<ShardLayout> Missing(NamespaceSnapshot space) =>
        space.Config is not { Layout: NamespaceLayout.Fixed } config
        || space.Shards.Count + space.Unreadable.Count >= config.Shards
            ? []
            : FixedLayout.Shards(config.Shards)
                .Where(layout => !space.Shards.ContainsKey(layout.Shard) && !space.Unreadable.Contains(layout.Shard));

    /// <summary>What may be given to an instance: its own word and the operator's, the stricter of the two.</summary>
    public static InstanceStatus StatusOf(MirroredInstance instance, NamespaceSnapshot space)
    {
        if (instance.Record.Status == ServiceStatus.Draining)
            return InstanceStatus.Draining;
        return space.Statuses.TryGetValue(instance.Ref.Instance, out var status)
            ? status == OperatorStatus.Draining ? InstanceStatus.Draining : InstanceStatus.Cordoned
            : InstanceStatus.Active;
    }

    private static PlanningInstance ToPlanning(MirroredInstance instance, NamespaceSnapshot space) =>
        new(instance.Ref, instance.Record.Capacity, instance.Record.Zone, StatusOf(instance, space));
}
