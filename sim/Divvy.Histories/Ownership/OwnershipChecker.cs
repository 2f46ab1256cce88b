namespace Divvy.Histories.Ownership;

/// <summary>The first promise, in true time: <c>ownership.two-owners</c>, at no instant do two instances believe that an
/// exclusive shard is theirs; <c>ownership.generation</c>, the owners of a shard have generations that only grow, and no two
/// ever have the same; <c>ownership.unowned</c>, a shard is without an owner no longer than a bound. Not thread-safe.</summary>
public sealed class OwnershipChecker
{
    private readonly List<OwnershipInterval> intervals = [];
    private readonly SortedDictionary<string, (TimeSpan From, TimeSpan? To)> shards = new(StringComparer.Ordinal);
    private readonly List<(TimeSpan From, TimeSpan To)> excuses = [];

    public void Observe(OwnershipInterval interval) => intervals.Add(interval);

    /// <summary>From now on the shard must have an owner.</summary>
    public void ObserveOpened(string shard, TimeSpan at) => shards.TryAdd(shard, (at, null));

    /// <summary>It was closed: split, merged, deleted.</summary>
    public void ObserveClosed(string shard, TimeSpan at) => shards[shard] = shards[shard] with { To = at };

    /// <summary>A time in which things went wrong: being without an owner does not count then.</summary>
    public void ObserveDisruption(TimeSpan from, TimeSpan to) => excuses.Add((from, to));

    /// <summary>Judges all shards.</summary>
    /// <param name="bound">How long a shard may go without an owner, disruptions not counted.</param>
    /// <param name="now">The end of the run.</param>
    public IReadOnlyList<Violation> Verdict(TimeSpan bound, TimeSpan now)
    {
        var found = new List<Violation>();
        foreach (var ofShard in intervals.Where(one => one.To > one.From).GroupBy(one => one.Shard).OrderBy(group => group.Key))
        {
            List<OwnershipInterval> byStart = [.. ofShard.OrderBy(one => one.From).ThenBy(one => one.Generation)];
            CheckOwners(byStart, found);
            CheckGenerations(byStart, found);
        }

        foreach (var (shard, (from, to)) in shards)
            CheckGaps(shard, from, to ?? now, bound, found);
        return found;
    }

    private static void CheckOwners(List<OwnershipInterval> byStart, List<Violation> found)
    {
        OwnershipInterval? longest = null;
        foreach (var interval in byStart)
        {
            if (longest is not null && interval.From < longest.To && interval.Instance != longest.Instance)
            {
                found.Add(new Violation(
                    "ownership.two-owners", $"shard {interval.Shard} belongs to {longest} and to {interval}", interval.From));
            }

            if (longest is null || interval.To > longest.To)
                longest = interval;
        }
    }

    private static void CheckGenerations(List<OwnershipInterval> byStart, List<Violation> found)
    {
        OwnershipInterval? highest = null;
        foreach (var interval in byStart)
        {
            // An owner may stop and go on under its generation: a move that was called off.
            if (highest is not null && (interval.Generation < highest.Generation
                || (interval.Generation == highest.Generation && interval.Instance != highest.Instance)))
            {
                found.Add(new Violation(
                    "ownership.generation", $"shard {interval.Shard} belongs to {interval} after {highest}", interval.From));
            }

            if (highest is null || interval.Generation > highest.Generation)
                highest = interval;
        }
    }

    private void CheckGaps(string shard, TimeSpan from, TimeSpan to, TimeSpan bound, List<Violation> found)
    {
        var unownedSince = from;
        var end = new OwnershipInterval(shard, 0, "", to, to);
        foreach (var interval in intervals.Where(one => one.Shard == shard).OrderBy(one => one.From).Append(end))
        {
            var gap = Counted(unownedSince, interval.From < to ? interval.From : to);
            if (gap > bound)
            {
                found.Add(new Violation(
                    "ownership.unowned",
                    FormattableString.Invariant(
                        $"shard {shard} has no owner from {unownedSince.TotalSeconds:0.000} s on, for {gap.TotalSeconds:0.000} s"),
                    interval.From));
            }

            unownedSince = interval.To > unownedSince ? interval.To : unownedSince;
        }
    }

    /// <summary>The length of a stretch without what lies in disruptions.</summary>
    private TimeSpan Counted(TimeSpan from, TimeSpan to)
    {
        var counted = TimeSpan.Zero;
        foreach (var (begin, end) in excuses.OrderBy(excuse => excuse.From))
        {
            if (begin > from)
                counted += Max(TimeSpan.Zero, (begin < to ? begin : to) - from);
            from = Max(from, end);
        }

        return counted + Max(TimeSpan.Zero, to - from);
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
