using Divvy.Coordination.Control;
using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Admin;

/// <summary>Snapshots as the admin API shows them.</summary>
internal static class Views
{
    public static NamespaceView Of(NamespaceSnapshot space, CoordinationOptions options)
    {
        var config = space.Config!;
        var (policy, deadlines) = (config.ToPolicy(), config.ToDeadlines());
        return new NamespaceView
        {
            Name = space.Name,
            Layout = NamespaceSettings.ToWord(config.Layout),
            Shards = config.Layout == NamespaceLayout.Listed ? space.Shards.Count : config.Shards,
            Mode = NamespaceSettings.ToWord(config.Mode),
            Strategy = NamespaceSettings.ToWord(config.Strategy),
            Standbys = config.Standbys,
            SessionTtlMs = config.SessionTtlMs ?? (int)options.SessionTtl.TotalMilliseconds,
            MaxMovesInFlight = policy.MaxMovesInFlight,
            MaxMovesPerInstance = policy.MaxMovesPerInstance,
            PrepareTimeoutMs = deadlines.PrepareTimeoutMs,
            YieldTimeoutMs = deadlines.YieldTimeoutMs,
            PenaltyMs = deadlines.PenaltyMs,
            Deleting = config.Deleting,
            Leader = space.Leader,
            Instances = space.Instances.Count,
            ShardsOwned = space.Shards.Values.Count(shard => shard.Record.Owner is { } owner && space.IsLive(owner)),
            ShardsMoving = space.Shards.Values.Count(shard => shard.Record.Phase != ShardPhase.Stable),
            ShardsUnreadable = space.Unreadable.Count,
        };
    }

    public static InstanceView Of(MirroredInstance instance, NamespaceSnapshot space, double? rate)
    {
        var (session, record) = (instance.Ref, instance.Record);
        var shards = space.ShardsOf(session.Session).Select(shard => space.Shards[shard].Record).ToList();
        return new InstanceView
        {
            Id = session.Instance.Value,
            Live = true,
            Status = NamespaceSettings.ToWord(PlanningView.StatusOf(instance, space)),
            Session = session.Session.ToString(),
            Address = record.Address,
            Zone = record.Zone,
            Capacity = record.Capacity,
            Labels = record.Labels,
            RegisteredBy = record.RegisteredBy,
            Shards = shards.Count(shard => shard.Owner == session),
            Standbys = shards.Count(shard => shard.Standbys.Contains(session)),
            Moves = shards.Count(shard => shard.Next is not null && (shard.Owner == session || shard.Next == session)),
            RequestsPerSecond = rate,
        };
    }

    public static ShardView Of(in VersionedShard shard, NamespaceSnapshot space, double? rate)
    {
        var record = shard.Record;
        return new ShardView
        {
            Id = record.Shard.Value,
            Range = record.Range.ToString(),
            Parents = [.. record.Parents.Select(parent => parent.Value)],
            Phase = NamespaceSettings.ToWord(record.Phase),
            Owner = record.Owner?.Instance.Value,
            OwnerSession = record.Owner?.Session.ToString(),
            OwnerAddress = record.Owner is { } owner ? space.AddressOf(owner) : null,
            Next = record.Next?.Instance.Value,
            Standbys = [.. record.Standbys.Select(standby => standby.Instance.Value)],
            Generation = record.Generation.Value,
            Revision = shard.Revision.Value,
            Pin = record.Pin?.Value,
            Reason = record.Reason,
            RequestsPerSecond = rate,
        };
    }

    public static PlanView Of(NamespaceSnapshot space, PlanResult result, IEnumerable<PlanViolation> violations)
    {
        var report = result.Report;
        return new PlanView
        {
            Strategy = NamespaceSettings.ToWord(report.Strategy),
            Shards = report.Shards,
            Assignments = report.Assignments,
            Takeovers = report.Takeovers,
            Moves = report.Moves,
            MinimumMoves = report.MinimumMoves,
            DeferredMoves = report.DeferredMoves,
            MovesInFlight = report.MovesInFlight,
            SpreadBefore = report.SpreadBefore,
            SpreadAfter = report.SpreadAfter,
            Changes = [.. result.Plan.Changes.Select(change => Of(change, space))],
            Instances =
            [
                .. report.Instances.Select(load => new PlanInstanceView(
                    load.Session.Instance.Value, NamespaceSettings.ToWord(load.Status), load.Capacity,
                    load.Before, load.After, load.Target)),
            ],
            Unplaceable =
                [.. report.Unplaceable.Select(shard => new PlanUnplaceableView(shard.Shard.Value, shard.Reason))],
            Violations = [.. violations.Select(violation => $"{violation.Kind} {violation.Shard}: {violation.Detail}")],
        };
    }

    private static PlanChangeView Of(PlannedChange change, NamespaceSnapshot space)
    {
        SessionRef? from = space.Shards.TryGetValue(change.Shard, out var shard) ? shard.Record.Owner : null;
        return new PlanChangeView(
            change.Shard.Value, NamespaceSettings.ToWord(change.Kind), from?.Instance.Value, change.To?.Instance.Value,
            change.Reason);
    }
}
