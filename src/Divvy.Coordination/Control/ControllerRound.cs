using System.Collections.Immutable;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Steps;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Planning;

namespace Divvy.Coordination.Control;

/// <summary>What a controller decides from one snapshot: first what follows without a choice (who is gone, what is
/// late), then what the planner chooses for the shards that are left. Pure: the clock comes as milliseconds, the
/// deadlines are the caller's.</summary>
internal static class ControllerRound
{
    public static RoundDecision Decide(
        NamespaceSnapshot space, Revision revision, MoveDeadlines deadlines, long nowMs)
    {
        var (config, steps, waits) = Follow(space, deadlines, nowMs);
        if (!config.Deleting)
            return Plan(space, revision, deadlines, nowMs, steps, waits);
        Close(space, steps);
        return new RoundDecision([.. steps.Values], waits, null, []);
    }

    /// <summary>Only what follows without a choice: enough when nothing has changed since a look that found nothing to
    /// do.</summary>
    public static RoundDecision DecideWhatIsDue(NamespaceSnapshot space, MoveDeadlines deadlines, long nowMs)
    {
        var (_, steps, waits) = Follow(space, deadlines, nowMs);
        return new RoundDecision([.. steps.Values], waits, null, []);
    }

    /// <summary>Nobody serves any shard yet, or any more: it is worth waiting a moment for the instances that are about
    /// to come, because what goes to the first has to move again.</summary>
    public static bool IsColdStart(NamespaceSnapshot space) =>
        space.Config is { Deleting: false } config && space.Instances.Count > 0
        && (config.Layout == NamespaceLayout.Fixed || space.Shards.Count > 0)
        && !space.Shards.Values.Any(shard => shard.Record.Owner is { } owner && space.IsLive(owner));

    /// <summary>Instances have come, and every shard has an owner that lives: nothing but balance is at stake, and
    /// those that start together should be planned together, because what is moved to the first would have to move
    /// again.</summary>
    public static bool MayWaitForMore(NamespaceSnapshot before, NamespaceSnapshot now) =>
        now.Instances.Count > before.Instances.Count && OnlyGained(before, now)
        && now.Shards.Values.All(shard => shard.Record.Owner is { } owner && now.IsLive(owner));

    /// <summary>No instance has gone and the namespace has the shards it had.</summary>
    public static bool OnlyGained(NamespaceSnapshot before, NamespaceSnapshot now) =>
        now.Shards.Count == before.Shards.Count && now.Config == before.Config
        && before.Instances.Values.All(instance => now.IsLive(instance.Ref));

    /// <summary>What follows from who is gone and what is late.</summary>
    private static (NamespaceConfig, SortedDictionary<ShardId, ShardStep>, ImmutableArray<MoveWait>) Follow(
        NamespaceSnapshot space, MoveDeadlines deadlines, long nowMs)
    {
        var config = space.Config ?? throw new ArgumentException($"{space.Name} has no configuration", nameof(space));
        var steps = new SortedDictionary<ShardId, ShardStep>();
        foreach (var (shard, version) in space.Shards)
        {
            deadlines.Observe(version, nowMs);
            if (Repair.Examine(version, space) is { Need: RepairNeed.Step, Step: { } step })
                steps[shard] = new ShardStep(step, version.Record);
        }
        var due = deadlines.Tick(nowMs, config.Mode, space.ConfigRevision);
        foreach (var step in due.Steps)
        {
            if (space.Shards.TryGetValue(step.Shard, out var version))
                steps.TryAdd(step.Shard, new ShardStep(step, version.Record));
        }
        return (config, steps, due.Waits);
    }

    private static RoundDecision Plan(
        NamespaceSnapshot space,
        Revision revision,
        MoveDeadlines deadlines,
        long nowMs,
        SortedDictionary<ShardId, ShardStep> steps,
        ImmutableArray<MoveWait> waits)
    {
        var input = PlanningView.Of(space, shard => deadlines.Penalised(shard, nowMs));
        var result = Planner.Plan(input);
        var violations = PlanChecker.Check(input, result.Plan);
        if (violations.IsEmpty)
        {
            var missing = PlanningView.Missing(space).ToDictionary(layout => layout.Shard, layout => layout.Range);
            foreach (var change in result.Plan.Changes)
            {
                if (!steps.ContainsKey(change.Shard) && ToStep(change, space, revision, missing) is { } step)
                    steps.Add(change.Shard, step);
            }
            CreateUnowned(space, revision, missing, steps);
        }
        // Shards of one owner together: their transactions compare its session once.
        var ordered = steps.Values.OrderBy(step => step.Step.Replacement?.Owner).ThenBy(step => step.Step.Shard);
        return new RoundDecision([.. ordered], waits, result.Report, violations);
    }

    private static ShardStep? ToStep(
        PlannedChange change, NamespaceSnapshot space, Revision revision, Dictionary<ShardId, HashRange> missing)
    {
        if (missing.TryGetValue(change.Shard, out var range))
        {
            if (change is not { Kind: PlannedChangeKind.Assign, To: { } first })
                return null;
            var floor = GenerationFloor.AfterDeletion(revision);
            var create = Handoff.Create(change.Shard, range, floor, first, change.Reason);
            return new ShardStep(WithStandbys(create, change.Standbys), null);
        }
        if (!space.Shards.TryGetValue(change.Shard, out var version))
            return null;
        var outcome = (change.Kind, change.To) switch
        {
            (PlannedChangeKind.Assign, { } to) => Handoff.Assign(version, to, change.Reason),
            (PlannedChangeKind.Takeover, { } to) => Handoff.Takeover(version, to, change.Reason),
            (PlannedChangeKind.Move, { } to) => Handoff.BeginMove(version, to, change.Reason),
            (PlannedChangeKind.CancelMove, _) => Handoff.Cancel(version, change.Reason),
            (PlannedChangeKind.SetStandbys, _) => Handoff.SetStandbys(version, change.Standbys, change.Reason),
            _ => StepRefusal.BadTarget,
        };
        if (!outcome.IsStep)
            return null;
        var step = change.Kind == PlannedChangeKind.SetStandbys
            ? outcome.Step
            : WithStandbys(outcome.Step, change.Standbys);
        return new ShardStep(step, version.Record);
    }

    /// <summary>A change names the standbys the record is to have with it; who is newly named must live.</summary>
    private static RecordStep WithStandbys(RecordStep step, ImmutableArray<SessionRef> standbys)
    {
        if (step.Replacement is not { } record || record.Standbys.SequenceEqual(standbys))
            return step;
        return step with
        {
            Replacement = record with { Standbys = standbys },
            MustLive = [.. step.MustLive.Union(standbys.Except(record.Standbys))],
        };
    }

    /// <summary>Without an instance that takes shards there is no owner to begin with; the records are there all the
    /// same, so that everybody sees the layout.</summary>
    private static void CreateUnowned(
        NamespaceSnapshot space,
        Revision revision,
        Dictionary<ShardId, HashRange> missing,
        SortedDictionary<ShardId, ShardStep> steps)
    {
        if (space.Instances.Count == 0)
            return;
        foreach (var (shard, range) in missing)
        {
            var create = Handoff.Create(
                shard, range, GenerationFloor.AfterDeletion(revision), null, "no instance takes shards yet");
            steps.TryAdd(shard, new ShardStep(create, null));
        }
    }

    private static void Close(NamespaceSnapshot space, SortedDictionary<ShardId, ShardStep> steps)
    {
        foreach (var (shard, version) in space.Shards)
        {
            var close = Handoff.Close(version, "the namespace is being deleted");
            if (close.IsStep)
                steps[shard] = new ShardStep(close.Step, version.Record);
        }
    }
}
