using System.Collections.Concurrent;
using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>The instance's side of the handoff: one a process, namespace and session holder. docs/handoff.md is the
/// contract; the rule numbers are its.</summary>
/// <remarks>
/// The problem: this process may be paused, cut off or replaced at any instant, and messages reach it late, twice and
/// in any order. It must never serve a shard that somebody else owns, it must not drop a request when a shard leaves in
/// peace, and it must come back to serving when the trouble is over.
///
/// Session. Shards belong to a session, a store lease. The machine believes in its session only until a deadline it
/// works out alone (R18): the sending time of the last acknowledged heartbeat, plus the TTL granted, minus a margin.
/// Past that it drops everything by itself, whatever anybody says, because the store may give the shards away. A
/// heartbeat that is acknowledged late moves the deadline on; the roles come again, because the digest in the heartbeat
/// no longer matches.
///
/// Roles. The machine acts on roles alone, each with the revision of the record it derives from. It keeps the highest
/// revision a shard for the session's life, also after a drop (R11); lower ones are ignored, an equal one is applied
/// and acknowledged again. A full set says none of all it does not name (R12).
///
/// Shards. <c>HostedShard.NextCall</c> gives the handler call due from what is held to what the role wants:
/// <code>
///             PrepareAdd            Add             PrepareDrop (nobody inside)
///   Nothing ------------> Prepared ------> Added ---------------------------> Yielded
///      ^                     |               | ^------------- Add --------------- |
///      +------- Drop --------+------ Drop ---+---------------- Drop --------------+
/// </code>
/// A cold ACTIVE runs PrepareAdd and Add, so that an application loads in one place; with a prepared standby it runs
/// Add alone, which is the fast activation.
///
/// Requests enter through <see cref="ShardGate"/> without the machine; whatever is not let in asks <see cref="Admit"/>.
///
/// Use. Not thread-safe: the shell guards all calls by one lock, and after each of them carries out <see
/// cref="TakeReady"/>. Only <see cref="FindGate"/> and the objects it gives are for any thread. Times are milliseconds
/// of one monotonic clock that also runs while the machine sleeps (R20).
/// </remarks>
public sealed class HostMachine
{
    private readonly HostEffects effects = new();
    private readonly DueQueue dues = new();
    private readonly SessionClock clock;
    private readonly ShardDriver driver;
    private readonly RequestDesk desk;

    // Read by requests on any thread. The purity rule forbids waiting for each other, and readers of this map never
    // wait: it locks writers against writers only, and the machine is the one writer.
    private readonly ConcurrentDictionary<ShardId, ShardGate> gates = new();

    private Revision setFloor;
    private bool serving;

    public HostMachine(HostMachineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        }

        clock = new SessionClock(options);
        driver = new ShardDriver(options, clock, effects, dues);
        desk = new RequestDesk(options, clock, effects, dues, driver);
    }

    /// <summary>The session in force; none: registration is to come.</summary>
    public SessionId Session => clock.Session;

    /// <summary>Until when the session is believed; <see cref="long.MinValue"/>: it is not.</summary>
    public long DeadlineMs => clock.Deadline.AtMs;

    /// <summary>The newest revision any message of this session named, for a registration that resumes it
    /// (R12).</summary>
    public Revision SeenRevision => desk.Seen;

    /// <summary>Over the roles in force, for heartbeats (R12).</summary>
    public ulong Digest => desk.Seen == Revision.None ? RoleDigest.NothingHeard : driver.Digest;

    /// <summary>How many requests wait here.</summary>
    public int WaitingRequests => desk.Count;

    /// <summary>No shard is held, no handler runs, nobody is inside: a drain is complete, and after
    /// <see cref="EndSession"/> the session may be deregistered (R3).</summary>
    public bool IsEmpty => driver.IsEmpty;

    /// <summary>When <see cref="Tick"/> is due at the latest; null: nothing is waited for.</summary>
    public long? NextDueMs
    {
        get
        {
            var due = dues.NextMs;
            var deadline = serving ? DeadlineMs : (long?)null;
            return due is null ? deadline : deadline is null ? due : Math.Min(due.Value, deadline.Value);
        }
    }

    /// <summary>Starts over with a new nonce: whatever the former session held is dropped.</summary>
    public void BeginSession(long nowMs)
    {
        EndSession(nowMs);
        clock.Begin();
        desk.Seen = Revision.None;
        setFloor = Revision.None;
        foreach (var shard in driver.Shards)
        {
            shard.Highest = Revision.None;
        }
    }

    /// <summary>A registration goes out. The first one under a nonce is what a grant counts from (R18).</summary>
    public void RegistrationSent(long nowMs) => clock.RegistrationSent(nowMs);

    /// <summary>A server answered the registration. False: not an answer to what is under way.</summary>
    public bool SessionGranted(SessionId session, long ttlMs, long nowMs)
    {
        var granted = clock.Granted(session, ttlMs);
        CatchUp(nowMs);
        return granted;
    }

    /// <summary>A heartbeat goes out; the number to put in it.</summary>
    public ulong HeartbeatSent(long nowMs) => clock.HeartbeatSent(nowMs);

    /// <summary>A server says that the store renewed the lease after it got this heartbeat. False: it counts for
    /// nothing.</summary>
    public bool HeartbeatAcked(SessionId session, ulong number, long ttlMs, long nowMs)
    {
        var counted = clock.Acked(session, number, ttlMs);
        CatchUp(nowMs);
        Settle(nowMs);
        return counted;
    }

    /// <summary>A server says that the session is over. The next one needs <see cref="BeginSession"/>.</summary>
    public void SessionEnded(SessionId session, long nowMs)
    {
        if (session == Session)
        {
            EndSession(nowMs);
        }
    }

    /// <summary>Gives up the session by itself: the deadline is over from here on, shards are dropped. Once
    /// <see cref="IsEmpty"/>, the session may be deregistered (R3).</summary>
    public void EndSession(long nowMs)
    {
        CatchUp(nowMs);
        clock.End();
        FenceAll(JournalEvent.Dropped, nowMs, nowMs);
        Settle(nowMs);
    }

    /// <summary>Roles came on the stream.</summary>
    /// <param name="session">The session they are for.</param>
    /// <param name="revision">The store revision the message speaks of.</param>
    /// <param name="isFullSet">Whether a shard it does not name has no role (R12).</param>
    /// <param name="roles">The roles.</param>
    /// <param name="nowMs">Now.</param>
    public void RolesReceived(
        SessionId session, Revision revision, bool isFullSet, IReadOnlyList<RoleAssignment> roles, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(roles);
        CatchUp(nowMs);
        if (session.IsNone || session != Session || !clock.IsLive(nowMs))
        {
            return;
        }

        var complete = isFullSet && revision >= desk.Seen;
        desk.Seen = revision > desk.Seen ? revision : desk.Seen;
        var named = complete ? roles.Select(role => role.Shard).ToHashSet() : [];
        if (complete)
        {
            DropAbsent(named, revision, nowMs);
        }

        foreach (var role in roles)
        {
            Accept(role, complete, nowMs);
        }

        if (complete)
        {
            setFloor = revision;
            foreach (var forgotten in driver.Sweep(setFloor, nowMs))
            {
                gates.TryRemove(forgotten, out _);
            }
        }

        desk.ReevaluateAll(nowMs);
        Settle(nowMs);
    }

    /// <summary>A handler call ended, cancelled or not. False: no such call runs.</summary>
    public bool HandlerFinished(long operation, HandlerResult result, long nowMs)
    {
        CatchUp(nowMs);
        var known = driver.Finished(operation, result, nowMs);
        Settle(nowMs);
        return known;
    }

    /// <summary>Decides a request that <see cref="ShardGate.TryEnter"/> did not let in.</summary>
    public AdmitResult Admit(in RequestInfo request, long nowMs)
    {
        CatchUp(nowMs);
        var result = desk.Admit(request, nowMs);
        if (driver.Find(request.Shard) is { Gate: { IsOpen: false, InFlight: 0 } } shard
            && (shard.IsYielding || shard.MustDrop))
        {
            // A request that was turned away was counted for a moment; it may have hidden that the last one left.
            driver.Advance(shard, nowMs);
        }

        Settle(nowMs);
        return result;
    }

    /// <summary>The caller of a waiting request went away.</summary>
    public void Abandon(long ticket) => desk.Abandon(ticket);

    /// <summary>The last request left a shard that lets nobody in any more (<see cref="Admission.Leave"/>).</summary>
    public void RequestsLeft(ShardId shard, long nowMs)
    {
        CatchUp(nowMs);
        if (driver.Find(shard) is { } known)
        {
            driver.Advance(known, nowMs);
        }

        Settle(nowMs);
    }

    /// <summary>The instance requests were sent on to cannot be reached: no more are (R17).</summary>
    public void ForwardingFailed(ShardId shard)
    {
        if (driver.Find(shard) is { } known)
        {
            known.ForwardTo = null;
        }
    }

    /// <summary>Time went by. Call it when <see cref="NextDueMs"/> says, sooner does no harm; later only
    /// delays.</summary>
    public void Tick(long nowMs)
    {
        CatchUp(nowMs);
        while (dues.TryTake(nowMs, out var due))
        {
            switch (due.Kind)
            {
                case DueKind.Handler:
                    driver.HandlerOverdue(due.Id, nowMs);
                    break;
                case DueKind.Request:
                    desk.Expire(due.Id);
                    break;
                default:
                    if (driver.Find(due.Shard) is { } shard)
                    {
                        driver.Advance(shard, nowMs);
                    }

                    break;
            }
        }

        Settle(nowMs);
    }

    /// <summary>What the shell owes since it last asked.</summary>
    public HostReady TakeReady() => effects.Take();

    /// <summary>The gate of a shard this process has or had; null: there is none. For any thread, without the
    /// lock.</summary>
    public ShardGate? FindGate(ShardId shard) => gates.GetValueOrDefault(shard);

    /// <summary>What is held, for people; in order of shards.</summary>
    public IReadOnlyList<HostedShardView> View() =>
    [
        .. driver.Shards.Select(shard => new HostedShardView(
            shard.Id, shard.Kind, shard.Held, shard.Highest, shard.Role?.Generation ?? default, shard.Gate.InFlight,
            shard.Running?.Call.Kind, shard.Failures, shard.Error)),
    ];

    /// <summary>Comes first in every call: a deadline that passed unnoticed, because the process was paused, counts
    /// from when it passed.</summary>
    private void CatchUp(long nowMs)
    {
        if (clock.IsLive(nowMs))
        {
            serving = true;
        }
        else if (serving)
        {
            FenceAll(JournalEvent.LeaseLost, DeadlineMs, nowMs);
        }
    }

    private void FenceAll(JournalEvent happened, long atMs, long nowMs)
    {
        serving = false;
        foreach (var shard in driver.Shards)
        {
            driver.Fence(shard, happened, atMs, nowMs);
        }

        desk.ReevaluateAll(nowMs);
    }

    private void DropAbsent(HashSet<ShardId> named, Revision revision, long nowMs)
    {
        foreach (var shard in driver.Shards)
        {
            if (!named.Contains(shard.Id) && shard.Role is { Role: not ShardRole.None } role
                && shard.Highest <= revision)
            {
                var none = role with { Role = ShardRole.None, Revision = revision, Next = null, NextAddress = null };
                driver.SetRole(shard, none, nowMs);
            }
        }
    }

    private void Accept(RoleAssignment role, bool partOfSet, long nowMs)
    {
        desk.Seen = role.Revision > desk.Seen ? role.Revision : desk.Seen;
        var known = driver.Find(role.Shard);
        var highest = known?.Highest ?? Revision.None;
        var deniedBySet = !partOfSet && role.Revision <= setFloor && role.Revision != highest;
        if (role.Revision < highest || deniedBySet)
        {
            return;
        }

        var shard = known ?? driver.GetOrAdd(role.Shard);
        gates[shard.Id] = shard.Gate;
        driver.SetRole(shard, role, nowMs);
    }

    private void Settle(long nowMs)
    {
        driver.WakeChildren(nowMs);
        driver.StartCalls(nowMs);
        foreach (var shard in driver.TakeChanged())
        {
            desk.Reevaluate(shard, nowMs);
        }
    }
}
