using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Planning;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>
/// Whether what controllers planned was within their budget and went where it may go.
/// <para><b>Budgets</b> hold at every commit. Operators have none, and neither has the search for somebody who takes a
/// shard that its owner cannot load. What counts is how many of the moves that plans began are under way. One whose
/// owner is gone is a failover from then on: its takeover ends it, which may come a commit later than the moves that
/// the same plan began in its place.</para>
/// <para><b>Constraints</b>: nothing is planned onto an instance that takes no shards, because operators said so or
/// because it is draining. A plan is made from what its server has heard, which may be long ago while the network is
/// broken; so that is judged in the calm, and there by what was said a while before.</para>
/// </summary>
/// <param name="world">Tells the time.</param>
/// <param name="policy">The namespace's limits.</param>
/// <param name="isLive">Whether a session's key is there.</param>
/// <param name="report">Where violations go.</param>
internal sealed class PlanBook(
    SimWorld world, PlannerPolicy policy, Predicate<SessionRef> isLive, RunReport report)
{
    private static readonly string[] unplanned = ["moved by an operator", "could not take it", "fast activation"];

    /// <summary>Within which, in the calm, every server has heard what was said of an instance and every plan that was
    /// made before is carried out.</summary>
    private static readonly TimeSpan heardWithin = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<ShardId, ShardRecord> moves = [];
    private readonly SortedDictionary<InstanceId, TimeSpan> closedSince = [];
    private bool hasBegun;

    /// <summary>Planned moves begin in the transaction that is being taken.</summary>
    public bool HasBegun => hasBegun;

    /// <summary>Nothing is broken now; nobody said: it is.</summary>
    public Func<bool> IsCalm { get; set; } = () => false;

    /// <summary>What is known of an instance has changed.</summary>
    public void Said(InstanceId instance, bool takesShards)
    {
        if (takesShards)
            closedSince.Remove(instance);
        else
            closedSince.TryAdd(instance, world.Now);
    }

    /// <summary>A record is gone.</summary>
    public void Forget(ShardId shard) => moves.Remove(shard);

    /// <summary>Takes a version of a record and the one before it.</summary>
    public void Take(ShardRecord? before, ShardRecord after, long revision)
    {
        if (after.Next is null)
            moves.Remove(after.Shard);
        if (Array.Exists(unplanned, reason => after.Reason.Contains(reason, StringComparison.Ordinal)))
            return;
        var begins = before?.Phase == ShardPhase.Stable && after.Phase == ShardPhase.Preparing;
        if (begins)
        {
            moves[after.Shard] = after;
            hasBegun = true;
            CheckTarget(after, after.Next, revision);
        }
        else if (before?.Owner != after.Owner && before?.Next != after.Owner)
        {
            CheckTarget(after, after.Owner, revision);
        }
    }

    /// <summary>A transaction is over.</summary>
    public void Commit(long revision)
    {
        if (!hasBegun)
            return;
        hasBegun = false;
        var underWay = moves.Values.Where(record => record.Owner is { } owner && isLive(owner)).ToList();
        if (underWay.Count > policy.MaxMovesInFlight)
        {
            report.Violated(
                "plan budgets",
                $"{underWay.Count} moves under way at revision {revision}, {policy.MaxMovesInFlight} allowed");
        }

        var parts = underWay.SelectMany(record => new[] { record.Owner, record.Next });
        foreach (var part in parts.GroupBy(session => session))
        {
            if (part.Count() > policy.MaxMovesPerInstance)
            {
                report.Violated(
                    "plan budgets",
                    $"{part.Key} takes part in {part.Count()} moves at revision {revision},"
                        + $" {policy.MaxMovesPerInstance} allowed");
            }
        }
    }

    private void CheckTarget(ShardRecord record, SessionRef? target, long revision)
    {
        if (target is { } to && IsCalm()
            && closedSince.TryGetValue(to.Instance, out var since) && world.Now - since > heardWithin)
        {
            report.Violated(
                "plan constraints",
                $"{record.Shard} at revision {revision}: planned for {to}, which takes no shards since"
                    + $" {since.TotalSeconds:F3} s ({record.Reason})");
        }
    }
}
