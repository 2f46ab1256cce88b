namespace Divvy.Cli.Journals;

/// <summary>Checks the first promise from the outside: at most one session holds a shard at any instant, and every
/// change of holder raises the generation. Pure: the same entries give the same report.</summary>
/// <remarks>
/// A hold begins at <c>activated</c> and ends at the first of <c>yielded</c>, <c>dropped</c> and <c>lease_lost</c>
/// of the
/// same session. A killed process writes no end. Whoever knows the time of the kill passes a <see cref="Death"/>; for
/// other holds without an end that somebody else followed, a later line of the same session proves that it lived on
/// (an overlap), and without one the report lists it as unended: it proves neither.
/// The entries of one session must come in the order they were written; different journals may come in any order.
/// All instances must share a clock, that is, run on one machine.
/// </remarks>
internal static class OwnershipAudit
{
    public static AuditReport Check(IReadOnlyList<JournalEntry> entries, IReadOnlyList<Death>? deaths = null)
    {
        var overlaps = new List<Overlap>();
        var faults = new List<GenerationFault>();
        var unended = new List<Hold>();
        var unheld = new List<string>();
        var gaps = new List<OwnershipGap>();
        var shards = HoldsByShard(entries, deaths ?? []);
        foreach (var (shard, holds) in shards)
        {
            CheckOverlaps(holds, overlaps, unended);
            CheckGenerations(holds, faults);
            CollectGaps(holds, gaps);
            if (holds.TrueForAll(hold => hold.End is not null))
                unheld.Add(shard);
        }
        return new AuditReport(
            entries.Count,
            shards.Count,
            shards.Values.Sum(holds => holds.Count),
            overlaps,
            faults,
            unended,
            unheld,
            [.. gaps.OrderByDescending(gap => gap.Nanoseconds).ThenBy(gap => gap.Shard, StringComparer.Ordinal)]);
    }

    /// <summary>The holds the entries tell of, by shard, in order of their starts.</summary>
    public static SortedDictionary<string, List<Hold>> HoldsByShard(
        IReadOnlyList<JournalEntry> entries, IReadOnlyList<Death> deaths)
    {
        var open = new Dictionary<(string Shard, string Instance, string? Session), Hold>();
        var alive = new Dictionary<(string Instance, string? Session), long>();
        var closed = new List<Hold>();
        foreach (var entry in entries)
        {
            var session = (entry.Instance, entry.Session);
            alive[session] = Math.Max(entry.AliveAt, alive.GetValueOrDefault(session, long.MinValue));
            var key = (entry.Shard, entry.Instance, entry.Session);
            var hold = open.GetValueOrDefault(key);
            if (entry.Event == JournalEvent.Prepared || IsRepeated(entry, hold))
                continue;
            if (hold is not null)
            {
                closed.Add(hold with { End = Math.Max(hold.Start, entry.UnixNs) });
                open.Remove(key);
            }
            if (entry.Event == JournalEvent.Activated)
            {
                open[key] = new Hold(
                    entry.Shard, entry.Instance, entry.Session, entry.Generation, entry.UnixNs, null, entry.AliveAt);
            }
        }
        var byShard = new SortedDictionary<string, List<Hold>>(StringComparer.Ordinal);
        foreach (var hold in closed.Concat(open.Values.Select(hold => hold with { End = DeathOf(hold, deaths) })))
        {
            if (!byShard.TryGetValue(hold.Shard, out var holds))
                byShard[hold.Shard] = holds = [];
            holds.Add(hold with { AliveAt = alive[(hold.Instance, hold.Session)] });
        }
        foreach (var holds in byShard.Values)
            holds.Sort((one, other) => (one.Start, one.Generation).CompareTo((other.Start, other.Generation)));
        return byShard;
    }

    // A role that is sent again is activated again: the same hold goes on.
    private static bool IsRepeated(JournalEntry entry, Hold? hold) =>
        entry.Event == JournalEvent.Activated && hold is not null && hold.Generation == entry.Generation;

    private static long? DeathOf(Hold hold, IReadOnlyList<Death> deaths)
    {
        long? first = null;
        foreach (var death in deaths)
        {
            if (death.Instance == hold.Instance && death.UnixNs >= hold.Start && !(first < death.UnixNs))
                first = death.UnixNs;
        }
        return first;
    }

    private static void CheckOverlaps(List<Hold> holds, List<Overlap> overlaps, List<Hold> unended)
    {
        for (var second = 1; second < holds.Count; second++)
        {
            for (var first = 0; first < second; first++)
            {
                var (earlier, later) = (holds[first], holds[second]);
                if (earlier.IsHeldBySame(later))
                    continue;
                // Without an end, a hold is only proven for as long as its session is proven to live.
                var until = earlier.End ?? earlier.AliveAt;
                if (until > later.Start)
                    overlaps.Add(new Overlap(earlier, later, later.Start, Math.Min(until, later.End ?? long.MaxValue)));
                else if (earlier.End is null && !unended.Contains(earlier))
                    unended.Add(earlier);
            }
        }
    }

    private static void CheckGenerations(List<Hold> holds, List<GenerationFault> faults)
    {
        for (var second = 1; second < holds.Count; second++)
        {
            var (earlier, later) = (holds[second - 1], holds[second]);
            var grew = later.Generation > earlier.Generation;
            var isSame = later.Generation == earlier.Generation && earlier.IsHeldBySame(later);
            if (!grew && !isSame)
                faults.Add(new GenerationFault(earlier, later));
        }
    }

    private static void CollectGaps(List<Hold> holds, List<OwnershipGap> gaps)
    {
        var last = holds[0];
        foreach (var hold in holds.Skip(1))
        {
            if (last.End is { } end && hold.Start > end)
                gaps.Add(new OwnershipGap(hold.Shard, last.Instance, hold.Instance, end, hold.Start));
            if (last.End is null || hold.End is null || hold.End > last.End)
                last = hold;
        }
    }
}
