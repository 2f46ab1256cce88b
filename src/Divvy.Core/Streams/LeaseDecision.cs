namespace Divvy.Core.Streams;

/// <summary>What a worker writes, given the table as it sees it: the part of the shared plan that is its own.</summary>
/// <param name="settings">How it deals with leases.</param>
/// <param name="view">The table as it sees it.</param>
/// <param name="now">The time by its own clock.</param>
internal sealed class LeaseDecision(LeaseSettings settings, LeaseTableView view, TimeSpan now)
{
    private readonly Lineage lineage = new(view.Rows.Values.Select(static seen => seen.Row));
    private readonly List<string> staying = view.Staying(withSelf: true, now);
    private List<string> candidates = [];
    private Dictionary<string, int> planned = [];

    /// <summary>Decides.</summary>
    /// <param name="isHeld">Whether this worker holds a lease.</param>
    /// <returns>Writes of rows that no write is under way for, in the order of their keys.</returns>
    public IEnumerable<LeaseWrite> Writes(Func<string, bool> isHeld)
    {
        view.MarkFree(now);
        var plan = Plan();
        var asked = view.Rows.Values.Count(IsComing);
        foreach (var (key, seen) in view.Rows)
        {
            if (isHeld(key) || seen.IsBusy || !lineage.IsReady(seen.Row, settings.ParentsFirst) || IsDoubtful(seen))
                continue;
            var target = plan.GetValueOrDefault(key);
            if (ShouldTake(seen, target))
            {
                yield return LeaseWrite.Take(seen.Row, settings.Worker);
            }
            else if (ShouldAsk(seen, target) && asked < settings.MaxAskedAtOnce)
            {
                asked++;
                yield return LeaseWrite.Ask(seen.Row, settings.Worker);
            }
        }
    }

    /// <summary>Whether a parent may only seem to be gone: a reading is of no one instant, so the row of a child can be
    /// seen before its parent's. A second reading has both.</summary>
    private bool IsDoubtful(SeenLease seen) =>
        settings.ParentsFirst && lineage.LacksParent(seen.Row) && now - seen.FirstSeen < settings.SettleTime;

    /// <summary>Whether a lease is being handed to this worker.</summary>
    private bool IsComing(SeenLease seen) =>
        seen.Row.Owner == settings.Worker && seen.Row.YieldingOwner is not null && !seen.Row.IsFinished;

    private bool ShouldTake(SeenLease seen, string? target)
    {
        var row = seen.Row;
        if (row.Owner == settings.Worker)
        {
            // Handed over, or this worker's from before: nobody else will have it. One that is still being handed over
            // is taken when its owner is silent or takes too long.
            return row.YieldingOwner is null
                || seen.FreeSince is not null
                || now - seen.OwnersSince >= settings.HandoffTimeout;
        }

        if (seen.FreeSince is not { } free)
            return false;
        var settled = now - view.LastJoin >= settings.FreeSettleTime || now - free >= settings.FreeSettleTime * 2;
        return settled && now - free >= settings.FallbackAfter * Rank(target);
    }

    private bool ShouldAsk(SeenLease seen, string? target) =>
        target == settings.Worker
        && seen.Row.Owner != settings.Worker
        && seen.Row.YieldingOwner is null
        && seen.FreeSince is null
        && !lineage.IsDraining(seen.Row)
        && (now - view.LastJoin >= settings.SettleTime || !view.Stays(seen.Row.Owner!, now));

    /// <summary>How many workers a free lease is left to before this one takes it: 0 when it is meant for this one.
    /// </summary>
    private int Rank(string? target)
    {
        if (target == settings.Worker)
            return 0;
        var mine = planned.GetValueOrDefault(settings.Worker);
        var rank = 1;
        foreach (var worker in candidates)
        {
            var count = planned.GetValueOrDefault(worker);
            if (worker != target && worker != settings.Worker
                && (count < mine || (count == mine && string.CompareOrdinal(worker, settings.Worker) < 0)))
                rank++;
        }

        return rank;
    }

    /// <summary>The assignment of what is shared out. A worker that has let a lease fall silent gets none meanwhile:
    /// it may be dead, and its others are about to fall silent as well.</summary>
    private SortedDictionary<string, string> Plan()
    {
        var silent = view.Rows.Values
            .Where(static seen => seen.FreeSince is not null && !seen.Row.IsFinished)
            .Select(static seen => seen.Row.Holder).OfType<string>()
            .Where(holder => holder != settings.Worker)
            .ToHashSet(StringComparer.Ordinal);
        candidates = [.. staying.Where(worker => !silent.Contains(worker))];
        var items = new List<ShareItem>();
        var draining = new List<string>();
        foreach (var (key, seen) in view.Rows)
        {
            if (!lineage.IsReady(seen.Row, settings.ParentsFirst))
                continue;
            var owner = seen.FreeSince is null || seen.Row.Owner == settings.Worker ? seen.Row.Owner : null;
            if (owner is not null && silent.Contains(owner))
                continue;
            if (owner is not null && !staying.Contains(owner))
                owner = null;
            if (!lineage.IsDraining(seen.Row))
                items.Add(new ShareItem(key, owner, seen.Row.YieldingOwner is not null));
            else if (owner is null)
                draining.Add(key);
        }

        var plan = LeaseShares.Plan(items, candidates);
        planned = plan.Values.CountBy(static worker => worker).ToDictionary(StringComparer.Ordinal);
        foreach (var key in draining)
            plan[key] = candidates.MinBy(worker => planned.GetValueOrDefault(worker)) ?? settings.Worker;
        return plan;
    }
}
