using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>What can be wrong with one change, looked at by itself.</summary>
internal readonly struct ChangeChecker(
    CheckedCluster cluster,
    PlanningShard shard,
    PlannedChange change,
    ImmutableArray<PlanViolation>.Builder violations)
{
    public void Check()
    {
        if (shard.Phase == ShardPhase.Closing)
        {
            Add(PlanViolationKind.ShardClosing, "it is being removed");
            return;
        }
        var changesOwner = change.Kind is not (PlannedChangeKind.SetStandbys or PlannedChangeKind.CancelMove);
        if (changesOwner != change.To is not null)
        {
            Add(PlanViolationKind.Malformed, $"{change.Kind} to {(change.To is null ? "nobody" : change.To)}");
            return;
        }
        CheckState();
        if (change.To is { } to) CheckNewOwner(to);
        if (change.Kind != PlannedChangeKind.CancelMove) CheckStandbys();
    }

    private void CheckState()
    {
        var ownerLives = cluster.Find(shard.Owner) is not null;
        var inMotion = cluster.IsInMotion(shard);
        switch (change.Kind)
        {
            case PlannedChangeKind.Assign or PlannedChangeKind.Takeover:
                if (ownerLives) Add(PlanViolationKind.OwnerStillLive, $"{shard.Owner} owns it");
                else if (change.Kind == PlannedChangeKind.Assign != shard.Owner is null)
                {
                    Add(PlanViolationKind.Malformed, $"{change.Kind} of a shard with owner {shard.Owner}");
                }
                break;
            case PlannedChangeKind.CancelMove:
                if (!inMotion) Add(PlanViolationKind.NoMoveToCancel, $"it is {shard.Phase}");
                break;
            default:
                if (!ownerLives) Add(PlanViolationKind.NothingToMove, "nobody serves it");
                else if (inMotion) Add(PlanViolationKind.ShardInMotion, $"it is {shard.Phase} for {shard.Next}");
                break;
        }
    }

    private void CheckNewOwner(SessionRef to)
    {
        if (to == shard.Owner) Add(PlanViolationKind.MoveToOwner, $"{to} owns it");
        if (cluster.Find(to) is not { } instance)
        {
            Add(PlanViolationKind.OwnerNotLive, $"{to} is gone");
            return;
        }
        if (!instance.Accepts)
        {
            Add(PlanViolationKind.OwnerNotAccepting, $"{to} is {instance.Status} with capacity {instance.Weight}");
        }
        var pin = cluster.BindingPin(shard);
        if (pin is not null && pin != instance)
        {
            Add(PlanViolationKind.PinBroken, $"it is pinned to {pin.Session.Instance}, not to {to.Instance}");
        }
        if (pin is null && IsPenalised(to) && cluster.IsAnyUnpenalised(shard))
        {
            Add(PlanViolationKind.OwnerPenalised, $"{to} failed to prepare it of late");
        }
    }

    private bool IsPenalised(SessionRef to) =>
        !shard.Penalised.IsDefaultOrEmpty && shard.Penalised.Contains(to.Instance);

    private void CheckStandbys()
    {
        var standbys = change.Standbys;
        if (standbys.IsDefaultOrEmpty) return;
        if (standbys.Length > cluster.Input.Policy.Standbys)
        {
            Add(PlanViolationKind.TooManyStandbys, $"{standbys.Length} of {cluster.Input.Policy.Standbys}");
        }
        var staysOwner = change.Kind is PlannedChangeKind.Move or PlannedChangeKind.SetStandbys;
        for (var i = 0; i < standbys.Length; i++)
        {
            var standby = standbys[i];
            if (standby == change.To || (staysOwner && standby == shard.Owner))
            {
                Add(PlanViolationKind.StandbyIsOwner, $"{standby}");
            }
            if (standbys.IndexOf(standby) < i) Add(PlanViolationKind.StandbyTwice, $"{standby}");
            if (!MayStandBy(standby)) Add(PlanViolationKind.StandbyNotAccepting, $"{standby}");
        }
    }

    private bool MayStandBy(SessionRef standby)
    {
        if (cluster.Find(standby) is not { } instance) return false;
        if (instance.Accepts) return true;
        var wasStandby = !shard.Standbys.IsDefaultOrEmpty && shard.Standbys.Contains(standby);
        return wasStandby && instance.Status != InstanceStatus.Draining;
    }

    private void Add(PlanViolationKind kind, string detail) => violations.Add(new(kind, shard.Shard, detail));
}
