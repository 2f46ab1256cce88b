using System.Collections.Immutable;
using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>Watches how long each shard stays in a phase, and says what follows: every phase has a deadline and an
/// exit.</summary>
/// <remarks>
/// The clock is the observer's own: a record carries no times (nothing volatile belongs in it, R7). Another server that
/// takes over the watch begins anew, which makes a deadline longer at worst. Preparing ends in a cancel and a penalty.
/// Yielding and closing do not end in an exclusive namespace: the owner's word or its session's end is the only exit,
/// and the wait is reported again and again. In an affinity namespace the shard goes on without the owner.
/// Not thread-safe: its owner serialises the calls. Only shards in a move and running penalties take memory.
/// </remarks>
public sealed class MoveDeadlines(MoveDeadlinesOptions options)
{
    private readonly SortedDictionary<ShardId, Entry> moves = [];
    private readonly SortedDictionary<ShardId, SortedDictionary<InstanceId, long>> penalties = [];
    private bool penaltiesChanged;

    /// <summary>How many shards are in a phase with a deadline.</summary>
    public int Count => moves.Count;

    /// <summary>Notes a version of a record; a rewrite that leaves phase and sessions alone does not restart the
    /// clock.</summary>
    public void Observe(in VersionedShard shard, long nowMs)
    {
        var record = shard.Record;
        if (record.Phase == ShardPhase.Stable)
        {
            if (moves.Count > 0)
            {
                moves.Remove(record.Shard);
            }

            return;
        }

        if (moves.TryGetValue(record.Shard, out var known))
        {
            if (known.Shard.Revision > shard.Revision)
            {
                return;
            }

            if (SamePhase(known.Shard.Record, record))
            {
                known.Shard = shard;
                return;
            }
        }

        var limit = record.Phase == ShardPhase.Preparing ? options.PrepareTimeoutMs : options.YieldTimeoutMs;
        moves[record.Shard] = new Entry { Shard = shard, SinceMs = nowMs, DueMs = nowMs + limit };
    }

    /// <summary>Forgets the shards whose record is gone.</summary>
    public void KeepOnly(Predicate<ShardId> exists)
    {
        ArgumentNullException.ThrowIfNull(exists);
        foreach (var shard in moves.Keys.Where(shard => !exists(shard)).ToArray())
        {
            moves.Remove(shard);
        }
    }

    /// <summary>Keeps an instance from being chosen for the shard for a while, for example after it acknowledged
    /// FAILED.</summary>
    public void Penalise(ShardId shard, InstanceId instance, long nowMs)
    {
        if (!penalties.TryGetValue(shard, out var untilMs))
        {
            penalties[shard] = untilMs = [];
        }

        untilMs[instance] = nowMs + options.PenaltyMs;
        penaltiesChanged = true;
    }

    /// <summary>True: a penalty began or ended since it was last asked, so other instances may be chosen.</summary>
    public bool TakePenaltyChanges(long nowMs)
    {
        DropExpiredPenalties(nowMs);
        var changed = penaltiesChanged;
        penaltiesChanged = false;
        return changed;
    }

    /// <summary>The instances not to be chosen for the shard now, in order.</summary>
    public ImmutableArray<InstanceId> Penalised(ShardId shard, long nowMs) =>
        penalties.Count > 0 && penalties.TryGetValue(shard, out var untilMs) ? Running(untilMs, nowMs) : [];

    /// <summary>What is due. <paramref name="mode"/> and <paramref name="namespaceRevision"/> are the namespace's, as
    /// read.</summary>
    public MoveDeadlinesReady Tick(long nowMs, OwnershipMode mode, Revision namespaceRevision)
    {
        DropExpiredPenalties(nowMs);
        var steps = ImmutableArray.CreateBuilder<RecordStep>();
        var waits = ImmutableArray.CreateBuilder<MoveWait>();
        foreach (var entry in moves.Values)
        {
            if (entry.DueMs > nowMs)
            {
                continue;
            }

            entry.DueMs = nowMs + options.RepeatMs;
            Expire(entry, nowMs, mode, namespaceRevision, steps, waits);
        }

        return steps.Count + waits.Count == 0
            ? MoveDeadlinesReady.Nothing
            : new MoveDeadlinesReady(steps.ToImmutable(), waits.ToImmutable());
    }

    private void Expire(
        Entry entry,
        long nowMs,
        OwnershipMode mode,
        Revision namespaceRevision,
        ImmutableArray<RecordStep>.Builder steps,
        ImmutableArray<MoveWait>.Builder waits)
    {
        var record = entry.Shard.Record;
        var seconds = (nowMs - entry.SinceMs) / 1000;
        if (record.Phase == ShardPhase.Preparing)
        {
            if (record.Next is { } next)
            {
                Penalise(record.Shard, next.Instance, nowMs);
                Add(steps, Handoff.Cancel(entry.Shard, $"{next.Instance} was not ready after {seconds} s"));
            }

            return;
        }

        if (record.Owner is not { } owner)
        {
            return;
        }

        var late = $"waiting for instance {owner.Instance} to yield shard {record.Shard} for {seconds} s";
        var proceed = Handoff.ProceedWithoutAcknowledgement(entry.Shard, mode, namespaceRevision, late);
        if (proceed.Refusal == StepRefusal.Mode)
        {
            waits.Add(new MoveWait(record.Shard, owner, record.Phase, entry.SinceMs, late));
            return;
        }

        Add(steps, proceed);
    }

    private static void Add(ImmutableArray<RecordStep>.Builder steps, StepOutcome outcome)
    {
        if (outcome.IsStep)
        {
            steps.Add(outcome.Step);
        }
    }

    private static ImmutableArray<InstanceId> Running(SortedDictionary<InstanceId, long> untilMs, long nowMs) =>
        [.. untilMs.Where(entry => entry.Value > nowMs).Select(entry => entry.Key)];

    private void DropExpiredPenalties(long nowMs)
    {
        foreach (var (shard, untilMs) in penalties.ToArray())
        {
            foreach (var (instance, until) in untilMs.ToArray())
            {
                if (until <= nowMs)
                {
                    untilMs.Remove(instance);
                    penaltiesChanged = true;
                }
            }

            if (untilMs.Count == 0)
            {
                penalties.Remove(shard);
            }
        }
    }

    private static bool SamePhase(ShardRecord left, ShardRecord right) =>
        left.Phase == right.Phase && left.Owner == right.Owner && left.Next == right.Next
        && left.Generation == right.Generation;

    private sealed class Entry
    {
        public required VersionedShard Shard { get; set; }

        public required long SinceMs { get; init; }

        public required long DueMs { get; set; }
    }
}
