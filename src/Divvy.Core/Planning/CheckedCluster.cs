using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>The input as the checker looks things up in it.</summary>
internal sealed class CheckedCluster
{
    private readonly Dictionary<SessionRef, PlanningInstance> instances;
    private readonly Dictionary<InstanceId, PlanningInstance> byId;

    public CheckedCluster(PlanningInput input)
    {
        Input = input;
        instances = new(input.Instances.Length, SessionComparer.Instance);
        byId = new(input.Instances.Length);
        foreach (var instance in input.Instances)
        {
            instances.Add(instance.Session, instance);
            byId.Add(instance.Session.Instance, instance);
            AnyAccepts |= instance.Accepts;
        }
        Shards = new(input.Shards.Length);
        foreach (var shard in input.Shards) Shards.Add(shard.Shard, shard);
    }

    public PlanningInput Input { get; }

    public Dictionary<ShardId, PlanningShard> Shards { get; }

    public bool AnyAccepts { get; }

    /// <summary>The live instance with this session, if there is one.</summary>
    public PlanningInstance? Find(SessionRef? session) =>
        session is { } known ? instances.GetValueOrDefault(known) : null;

    /// <summary>Where a pin wants the shard, while it binds (see <see cref="PlanningShard"/>).</summary>
    public PlanningInstance? BindingPin(PlanningShard shard)
    {
        if (shard.Pin is not { } id || !byId.TryGetValue(id, out var instance)) return null;
        var binds = shard.Owner == instance.Session ? instance.Status != InstanceStatus.Draining : instance.Accepts;
        return binds ? instance : null;
    }

    /// <summary>Whether the shard has a live owner and is on the way to another.</summary>
    public bool IsInMotion(PlanningShard shard) =>
        shard.Phase is ShardPhase.Preparing or ShardPhase.Yielding && Find(shard.Owner) is not null;

    /// <summary>Whether another instance takes shards and has not failed to prepare this one.</summary>
    public bool IsAnyUnpenalised(PlanningShard shard)
    {
        foreach (var instance in Input.Instances)
        {
            if (instance.Accepts && !shard.Penalised.Contains(instance.Session.Instance)) return true;
        }
        return false;
    }
}
