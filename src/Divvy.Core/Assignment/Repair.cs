using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>The exits (R8, R9): what each phase needs once a session it depends on is gone. A directory that is behind
/// only proposes in vain, because each step compares again that the session is gone.</summary>
public static class Repair
{
    public static RepairFinding Examine(in VersionedShard shard, ISessionDirectory sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        var record = shard.Record;
        if (record.Owner is not { } owner)
        {
            return new RepairFinding(RepairNeed.FirstOwner);
        }

        if (!sessions.IsLive(owner))
        {
            return record.Phase == ShardPhase.Closing
                ? Found(Handoff.Remove(shard, $"{owner} is gone, closing ends"))
                : OwnerGone(shard, owner, sessions);
        }

        return record.Phase switch
        {
            ShardPhase.Stable when record.Standbys.IsEmpty => new RepairFinding(RepairNeed.Nothing),
            ShardPhase.Stable => StandbysGone(shard, sessions),
            ShardPhase.Closing => new RepairFinding(RepairNeed.Acknowledgement, Waiting: owner),
            _ => InMove(shard, owner, sessions),
        };
    }

    private static RepairFinding InMove(in VersionedShard shard, SessionRef owner, ISessionDirectory sessions)
    {
        if (shard.Record.Next is not { } next)
        {
            return Found(Handoff.Cancel(shard, "nobody is next"));
        }

        if (!sessions.IsLive(next))
        {
            var cancel = Handoff.Cancel(shard, $"{next} is gone, {owner.Instance} goes on");
            return cancel.IsStep ? Found(cancel.Step with { MustBeGone = [next] }) : Found(cancel);
        }

        return new RepairFinding(
            RepairNeed.Acknowledgement,
            Waiting: shard.Record.Phase == ShardPhase.Preparing ? next : owner);
    }

    /// <summary>Somebody warm takes over without asking the planner: once the owner yields, the next owner is the
    /// warmest, before that a standby is.</summary>
    private static RepairFinding OwnerGone(in VersionedShard shard, SessionRef owner, ISessionDirectory sessions)
    {
        var record = shard.Record;
        ImmutableArray<SessionRef> next = record.Next is { } session ? [session] : [];
        var warm = record.Phase == ShardPhase.Yielding
            ? next.AddRange(record.Standbys)
            : record.Standbys.AddRange(next);
        foreach (var candidate in warm)
        {
            if (candidate != owner && sessions.IsLive(candidate))
            {
                var reason = $"fast activation: {owner} is gone, {candidate.Instance} was prepared";
                return Found(Handoff.Takeover(shard, candidate, reason));
            }
        }

        return new RepairFinding(RepairNeed.NewOwner);
    }

    private static RepairFinding StandbysGone(in VersionedShard shard, ISessionDirectory sessions)
    {
        ImmutableArray<SessionRef> gone = [];
        foreach (var standby in shard.Record.Standbys)
        {
            if (!sessions.IsLive(standby))
            {
                gone = gone.Add(standby);
            }
        }

        if (gone.IsEmpty)
        {
            return new RepairFinding(RepairNeed.Nothing);
        }

        var left = shard.Record.Standbys.RemoveRange(gone);
        var clean = Handoff.SetStandbys(shard, left, $"standby {gone[0]} is gone");
        return clean.IsStep ? Found(clean.Step with { MustLive = [], MustBeGone = gone }) : Found(clean);
    }

    private static RepairFinding Found(StepOutcome outcome) => outcome.IsStep
        ? new RepairFinding(RepairNeed.Step, outcome.Step)
        : new RepairFinding(RepairNeed.Nothing);
}
