using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Leases;

/// <summary>What leases promise, in true time:
/// <list type="bullet">
/// <item><c>lease.vanished</c>: a lease does not end before its time to live has passed since the call of the last renewal that
/// was confirmed, unless it was revoked; and no renewal is confirmed after the end;</item>
/// <item><c>lease.partial</c>: with a lease go all its keys, at the same revision, and none comes back;</item>
/// <item><c>lease.overstayed</c>: once the system has healed, a lease that nobody renews ends within a bound.</item>
/// </list>
/// Not thread-safe.</summary>
/// <remarks>The store counts from the moment it handles a renewal, which lies between call and return. So the earliest end
/// that can be blamed on it is reckoned from the call, and the latest from the return.</remarks>
public sealed class LeaseChecker
{
    private readonly SortedDictionary<long, LeaseHistory> leases = [];
    private readonly double slowestClock;
    private TimeSpan healed;

    /// <param name="clockDrift">By which part of itself the store's clock may run fast: 0.01 for one percent.</param>
    public LeaseChecker(double clockDrift = 0) => slowestClock = 1 - clockDrift;

    public void ObserveGranted(long lease, TimeSpan timeToLive, TimeSpan invoked, TimeSpan returned)
    {
        var history = new LeaseHistory(lease, timeToLive) { LastAttempt = returned };
        history.Renewals.Add((invoked, returned));
        leases.Add(lease, history);
    }

    /// <summary>A renewal was confirmed with a time to live above zero.</summary>
    public void ObserveRenewed(long lease, TimeSpan invoked, TimeSpan returned)
    {
        if (!leases.TryGetValue(lease, out var history))
            return;
        history.Renewals.Add((invoked, returned));
        history.LastAttempt = Max(history.LastAttempt, returned);
    }

    /// <summary>A renewal was tried and given up at this instant: it may have been handled until then.</summary>
    public void ObserveRenewalLost(long lease, TimeSpan givenUp)
    {
        if (leases.TryGetValue(lease, out var history))
            history.LastAttempt = Max(history.LastAttempt, givenUp);
    }

    /// <summary>Somebody asked for the end of the lease; call it when the request leaves.</summary>
    public void ObserveRevoke(long lease, TimeSpan invoked)
    {
        if (leases.TryGetValue(lease, out var history))
            history.RevokeInvoked ??= invoked;
    }

    /// <summary>The lease ended: seen at this instant, at this revision of the log, 0 if it had no keys.</summary>
    public void ObserveEnded(long lease, long revision, TimeSpan at)
    {
        if (leases.TryGetValue(lease, out var history))
            history.Ended ??= (revision, at);
    }

    /// <summary>The lease, or a key that hangs on it, was seen at this instant.</summary>
    public void ObserveAlive(long lease, TimeSpan at)
    {
        if (leases.TryGetValue(lease, out var history))
            history.LastSeenAlive = Max(history.LastSeenAlive ?? TimeSpan.Zero, at);
    }

    /// <summary>From now on nothing goes wrong any more.</summary>
    public void ObserveHealed(TimeSpan at) => healed = at;

    /// <summary>Judges all leases.</summary>
    /// <param name="log">The events of the keys; null: the rule of all keys at once is not judged.</param>
    /// <param name="bound">How long beyond its time to live a lease may stay once all has healed: elections, scans, the
    /// extension that a new leader gives.</param>
    public IReadOnlyList<Violation> Verdict(EventLog? log, TimeSpan bound)
    {
        var found = new List<Violation>();
        foreach (var lease in leases.Values)
        {
            CheckVanished(lease, found);
            CheckOverstayed(lease, bound, found);
            if (log is not null)
                CheckPartial(lease, log, found);
        }

        return found;
    }

    private void CheckVanished(LeaseHistory lease, List<Violation> found)
    {
        if (lease.Ended is not { } end || lease.RevokeInvoked <= end.At)
            return;
        foreach (var (invoked, _) in lease.Renewals)
        {
            if (invoked >= end.At)
            {
                found.Add(new Violation(
                    "lease.vanished", $"lease {lease.Id:x} was renewed by a call at {Text(invoked)}, after its end", end.At));
            }
            else if (end.At < invoked + (lease.TimeToLive * slowestClock))
            {
                found.Add(new Violation(
                    "lease.vanished",
                    $"lease {lease.Id:x} ended {Text(end.At - invoked)} after the call of a confirmed renewal; it lives for"
                        + $" {Text(lease.TimeToLive)}, and nobody revoked it",
                    end.At));
            }
        }
    }

    private void CheckOverstayed(LeaseHistory lease, TimeSpan bound, List<Violation> found)
    {
        var latest = Max(lease.LastAttempt, healed) + lease.TimeToLive + bound;
        if (lease.LastSeenAlive is { } seen && seen > latest)
        {
            found.Add(new Violation(
                "lease.overstayed",
                $"lease {lease.Id:x} lives; nobody renewed it after {Text(lease.LastAttempt)}, so it had to end by {Text(latest)}",
                seen));
        }
    }

    private static void CheckPartial(LeaseHistory lease, EventLog log, List<Violation> found)
    {
        if (lease.Ended is not { Revision: > 0 } end || !log.Knows(end.Revision))
            return;
        for (var revision = end.Revision; revision <= log.Last; revision++)
        {
            // After the end itself only a put can hang a key on the lease again.
            var left = revision == end.Revision
                ? log.StateAt(revision).OfLease(lease.Id)
                : [.. log.EventsAt(revision).Where(one => !one.IsDelete && one.Record.Lease == lease.Id).Select(one => one.Record)];
            if (left.Count > 0)
            {
                found.Add(new Violation(
                    "lease.partial", $"lease {lease.Id:x} ended at revision {end.Revision}; at {revision} there is {left[0]}", end.At));
                return;
            }
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static string Text(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.000} s");
}
