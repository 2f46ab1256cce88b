using Divvy.Core.Assignment;
using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>Drives each shard from what is held to what its role wants, one handler call at a time, and says
/// so.</summary>
/// <remarks>
/// Level-triggered like the roles: <see cref="Advance"/> looks at the shard and does what is due, however it came
/// there. A role that comes while a handler runs is noted and looked at when the handler ends, so the latest one wins.
/// A call that the new role has no use for has its token cancelled, and is still waited for.
/// </remarks>
internal sealed class ShardDriver(HostMachineOptions options, SessionClock clock, HostEffects effects, DueQueue dues)
{
    private readonly HandlerSlots slots = new(options);
    private readonly SortedDictionary<ShardId, HostedShard> shards = [];
    private readonly SortedSet<ShardId> waitingForParents = [];
    private readonly SortedSet<ShardId> changed = [];
    private long lastTenure;

    public IEnumerable<HostedShard> Shards => shards.Values;

    /// <summary>Over the roles in force (R12).</summary>
    public ulong Digest { get; private set; }

    /// <summary>Nothing runs and nothing is held.</summary>
    public bool IsEmpty => slots.Running == 0
        && shards.Values.All(shard => shard.IsEmpty && shard.Gate.InFlight == 0);

    public HostedShard? Find(ShardId shard) => shards.GetValueOrDefault(shard);

    public HostedShard GetOrAdd(ShardId id)
    {
        if (!shards.TryGetValue(id, out var shard))
        {
            shards[id] = shard = new HostedShard(id);
        }

        return shard;
    }

    /// <summary>Shards whose requests want another look.</summary>
    public ShardId[] TakeChanged()
    {
        if (this.changed.Count == 0)
        {
            return [];
        }

        var changed = this.changed.ToArray();
        this.changed.Clear();
        return changed;
    }

    /// <summary>A role that is not older than what the shard has seen.</summary>
    public void SetRole(HostedShard shard, RoleAssignment role, long nowMs)
    {
        var former = shard.Role;
        Replace(shard, role);
        shard.Heard = role;
        shard.Acked = null;
        if (former?.Revision != role.Revision)
        {
            ForwardFrom(shard, former, nowMs);
            if (former?.Role != role.Role)
            {
                shard.Failures = 0;
                shard.RetryAtMs = nowMs;
            }

            if (shard.IsYielding && former?.Role != role.Role)
            {
                shard.YieldWarnAtMs = nowMs + options.HandlerTimeoutMs;
                dues.Add(shard.YieldWarnAtMs, DueKind.Shard, shard.Id, 0);
            }
        }

        if (former is not null && former.Generation != role.Generation
            && shard.Held is (HeldState.Added or HeldState.Yielded))
        {
            // Somebody else may have owned the shard in between: what is held is of another time and goes first.
            shard.MustDrop = true;
        }

        var isOwner = shard.Kind == ShardRole.Active || shard.IsYielding;
        if (!isOwner || shard.Opening?.Generation != role.Generation)
        {
            LoseOwnership(shard, JournalEvent.Dropped, nowMs, nowMs);
        }

        Advance(shard, nowMs);
    }

    /// <summary>The session's time ran out, or the session ended: no role counts any more.</summary>
    public void Fence(HostedShard shard, JournalEvent happened, long atMs, long nowMs)
    {
        if (shard.Kind == ShardRole.Yielding)
        {
            // A session's end stops serving, not relaying (R17).
            ForwardFrom(shard, shard.Role, nowMs);
        }

        Replace(shard, null);
        LoseOwnership(shard, happened, atMs, nowMs);
        shard.MustDrop |= !shard.IsEmpty;
        EndTenure(shard);
        Advance(shard, nowMs);
    }

    /// <summary>Does what is due for one shard.</summary>
    public void Advance(HostedShard shard, long nowMs)
    {
        changed.Add(shard.Id);
        if (shard.Running is { Cancelled: false } running && !shard.Wants(running.Call.Kind))
        {
            Cancel(running);
        }

        UpdateGate(shard, nowMs);
        Acknowledge(shard, nowMs);
        WarnOfSlowYield(shard, nowMs);
        if (shard.NextCall(nowMs) is not null)
        {
            slots.Enqueue(shard);
        }
    }

    /// <summary>Starts calls while slots are free.</summary>
    public void StartCalls(long nowMs)
    {
        while (slots.TryNext(nowMs, out var shard, out var kind))
        {
            Start(shard, kind, nowMs);
        }
    }

    public bool Finished(long operation, in HandlerResult result, long nowMs)
    {
        if (slots.Find(operation) is not { Running: { } running } shard)
        {
            return false;
        }

        slots.Finish(operation, heldSlot: !running.TimedOut);
        shard.Running = null;
        Apply(shard, running, result, nowMs);
        Advance(shard, nowMs);
        return true;
    }

    /// <summary>A call ran for a whole timeout, perhaps not the first.</summary>
    public void HandlerOverdue(long operation, long nowMs)
    {
        if (slots.Find(operation) is not { Running: { } running } shard)
        {
            return;
        }

        var kind = running.Call.Kind;
        var message = $"{kind} of shard {shard.Id} has not returned for {(nowMs - running.SinceMs) / 1000} s";
        effects.Warn(shard.Id, message);
        if (!running.TimedOut)
        {
            running.TimedOut = true;
            slots.GiveUpSlot();
            if (kind != HandlerKind.PrepareDrop)
            {
                var wanted = !running.Cancelled && shard.Wants(kind);
                Cancel(running);
                if (wanted && kind != HandlerKind.Drop)
                {
                    Fail(shard, message, nowMs);
                }
            }
        }

        dues.Add(nowMs + options.HandlerTimeoutMs, DueKind.Handler, shard.Id, operation);
        Advance(shard, nowMs);
    }

    /// <summary>Forgets shards that say nothing a full set up to this revision does not say; which.</summary>
    public List<ShardId> Sweep(Revision floor, long nowMs)
    {
        var forgotten = new List<ShardId>();
        foreach (var shard in shards.Values.ToArray())
        {
            if (shard.Kind == ShardRole.None && shard.Highest <= floor && shard.IsEmpty && !shard.IsForwarding(nowMs)
                && shard.Gate.InFlight == 0)
            {
                shards.Remove(shard.Id);
                forgotten.Add(shard.Id);
            }
        }

        return forgotten;
    }

    /// <summary>Looks again at children that wait for their parents to go.</summary>
    public void WakeChildren(long nowMs)
    {
        if (waitingForParents.Count == 0)
        {
            return;
        }

        var children = waitingForParents.ToArray();
        waitingForParents.Clear();
        foreach (var child in children)
        {
            if (Find(child) is { } shard)
            {
                Advance(shard, nowMs);
            }
        }
    }

    private void Replace(HostedShard shard, RoleAssignment? role)
    {
        unchecked
        {
            Digest -= shard.Role is { } old ? RoleDigest.Of(old.Shard, old.Role, old.Revision) : 0;
            Digest += role is not null ? RoleDigest.Of(role.Shard, role.Role, role.Revision) : 0;
        }

        shard.Role = role;
        shard.Highest = role is not null && role.Revision > shard.Highest ? role.Revision : shard.Highest;
    }

    /// <summary>After the flip requests are sent on for a while; any other role ends that (R16, R17).</summary>
    private void ForwardFrom(HostedShard shard, RoleAssignment? former, long nowMs)
    {
        if (shard.Role is { Role: not ShardRole.None } role && role != former)
        {
            shard.ForwardTo = null;
            return;
        }

        var wasOwner = former?.Role is ShardRole.Yielding or ShardRole.Active;
        if (wasOwner)
        {
            shard.ForwardUntilMs = nowMs + options.ForwardForMs;
        }

        if (wasOwner || shard.IsForwarding(nowMs))
        {
            var target = shard.Role is { Role: ShardRole.None, Next: not null } none ? none : former;
            shard.ForwardTo = target?.Next ?? shard.ForwardTo;
            shard.ForwardAddress = target?.NextAddress ?? shard.ForwardAddress;
        }
    }

    private void LoseOwnership(HostedShard shard, JournalEvent happened, long atMs, long nowMs)
    {
        shard.Gate.Close();
        if (shard.Opening is not { } opening)
        {
            return;
        }

        shard.Opening = null;
        opening.End();
        EndTenure(shard);
        effects.Journal(atMs, shard.Id, opening.Generation, happened);
        shard.DropJournaled = happened == JournalEvent.Dropped;
        shard.MustDrop = true;
        shard.DropForcedAtMs = nowMs + options.DropGraceMs;
        dues.Add(shard.DropForcedAtMs, DueKind.Shard, shard.Id, 0);
    }

    private void EndTenure(HostedShard shard)
    {
        if (!shard.TenureOver)
        {
            shard.TenureOver = true;
            effects.EndTenure(shard.Tenure);
        }
    }

    private void UpdateGate(HostedShard shard, long nowMs)
    {
        if (shard.Role is not { Role: ShardRole.Active } role || shard.Held != HeldState.Added
            || shard.Running is not null || shard.MustDrop)
        {
            shard.Gate.Close();
            return;
        }

        if (shard.Opening is null)
        {
            shard.Opening = new GateOpening(role.Generation, role.Revision, shard.Tenure, clock.Deadline);
            effects.Journal(nowMs, shard.Id, role.Generation, JournalEvent.Activated);
        }

        shard.Gate.Open(shard.Opening);
    }

    private void Acknowledge(HostedShard shard, long nowMs)
    {
        if (shard.Role is not { } role || DueAck(shard, role) is not { } kind)
        {
            return;
        }

        var said = (role.Revision, kind);
        if (shard.Acked == said && nowMs < shard.AckRepeatAtMs)
        {
            return;
        }

        shard.Acked = said;
        shard.AckRepeatAtMs = long.MaxValue;
        if (kind == AckKind.Yielded || shard.IsNext)
        {
            shard.AckRepeatAtMs = nowMs + options.AckRepeatMs;
            dues.Add(shard.AckRepeatAtMs, DueKind.Shard, shard.Id, 0);
        }

        var handedOver = kind == AckKind.Yielded && shard.HandedOverUnder == role.Revision;
        var error = kind == AckKind.Failed ? shard.Error : "";
        effects.Ack(new HostAck(clock.Session, shard.Id, role.Revision, kind, handedOver, error));
    }

    private AckKind? DueAck(HostedShard shard, RoleAssignment role)
    {
        if (shard.IsYielding)
        {
            // R13: nothing runs and nobody is inside; whatever is prepared serves nobody.
            var finished = shard.Running is null && shard.Held != HeldState.Added && shard.Gate.InFlight == 0;
            return finished && ParentsDropped(role) ? AckKind.Yielded : null;
        }

        if (shard.IsNext && shard.PrepareFailedAt == role.Revision)
        {
            return AckKind.Failed;
        }

        if (shard.Running is null && !shard.MustDrop && role.Role != ShardRole.None)
        {
            if (role.Role == ShardRole.Active ? shard.Held == HeldState.Added : shard.Held == HeldState.Prepared)
            {
                return role.Role == ShardRole.Active ? AckKind.Active : AckKind.Ready;
            }
        }

        return role.Role is ShardRole.Active or ShardRole.Standby && shard.Failures > 0 ? AckKind.Failed : null;
    }

    /// <summary>A child's keys were its parents': while a parent is held here, the child is not let go (R9).</summary>
    private bool ParentsDropped(RoleAssignment role)
    {
        foreach (var parent in role.Parents)
        {
            if (Find(parent) is { } held && (!held.IsEmpty || held.Gate.InFlight > 0))
            {
                waitingForParents.Add(role.Shard);
                return false;
            }
        }

        return true;
    }

    private void WarnOfSlowYield(HostedShard shard, long nowMs)
    {
        if (!shard.IsYielding || shard.Gate.InFlight == 0 || nowMs < shard.YieldWarnAtMs)
        {
            return;
        }

        shard.YieldWarnAtMs = nowMs + options.HandlerTimeoutMs;
        dues.Add(shard.YieldWarnAtMs, DueKind.Shard, shard.Id, 0);
        effects.Warn(shard.Id, $"shard {shard.Id} cannot yield: {shard.Gate.InFlight} requests are still inside");
    }

    private void Start(HostedShard shard, HandlerKind kind, long nowMs)
    {
        if (kind == HandlerKind.Drop)
        {
            EndTenure(shard);
        }
        else if (shard.TenureOver)
        {
            shard.Tenure = ++lastTenure;
            shard.TenureOver = false;
            shard.DropJournaled = false;
        }

        var about = shard.Role ?? shard.Heard
            ?? throw new InvalidOperationException($"{kind} of {shard.Id} without a role");
        var handOver = kind == HandlerKind.Add ? about.HandedOverAt : Revision.None;
        var to = kind == HandlerKind.PrepareDrop ? about.Next : null;
        var address = kind == HandlerKind.PrepareDrop ? about.NextAddress : null;
        var call = new HandlerCall(
            slots.Start(shard), kind, shard.Id, shard.Tenure, about.Revision, about.Generation, about.Range, handOver,
            to, address, shard.Failures + 1, about.Reason);
        shard.Running = new RunningHandler(call, nowMs);
        dues.Add(nowMs + options.HandlerTimeoutMs, DueKind.Handler, shard.Id, call.Operation);
        effects.Call(call);
    }

    private void Apply(HostedShard shard, RunningHandler running, in HandlerResult result, long nowMs)
    {
        var kind = running.Call.Kind;
        switch (kind)
        {
            case HandlerKind.PrepareAdd or HandlerKind.Add when result.Succeeded:
                shard.Held = kind == HandlerKind.Add ? HeldState.Added : HeldState.Prepared;
                shard.Failures = 0;
                shard.PrepareFailedAt = Revision.None;
                shard.MustDrop |= kind == HandlerKind.Add && shard.Role?.Generation != running.Call.Generation;
                if (kind == HandlerKind.PrepareAdd && shard.Wants(kind) && !shard.MustDrop)
                {
                    effects.Journal(nowMs, shard.Id, running.Call.Generation, JournalEvent.Prepared);
                }

                break;
            case HandlerKind.PrepareAdd or HandlerKind.Add:
                shard.MustDrop &= shard.Held != HeldState.Nothing;
                if (shard.Wants(kind) && !running.Cancelled)
                {
                    Fail(shard, result.Error, nowMs);
                }

                break;
            case HandlerKind.PrepareDrop:
                shard.Held = HeldState.Yielded;
                shard.HandedOverUnder = result is { Succeeded: true, HandedOver: true }
                    ? running.Call.Revision
                    : Revision.None;
                EndYield(shard, nowMs);
                break;
            default:
                EndDrop(shard, running, nowMs);
                break;
        }

        if (!result.Succeeded && !running.Cancelled)
        {
            effects.Warn(shard.Id, $"{kind} of shard {shard.Id} failed: {result.Error}");
        }
    }

    private void EndYield(HostedShard shard, long nowMs)
    {
        EndTenure(shard);
        if (shard.Opening is { } opening)
        {
            opening.End();
            shard.Opening = null;
            effects.Journal(nowMs, shard.Id, opening.Generation, JournalEvent.Yielded);
        }
    }

    private void EndDrop(HostedShard shard, RunningHandler running, long nowMs)
    {
        shard.Held = HeldState.Nothing;
        shard.MustDrop = false;
        if (!shard.DropJournaled)
        {
            effects.Journal(nowMs, shard.Id, running.Call.Generation, JournalEvent.Dropped);
        }

        if (shard.Role is { Role: ShardRole.None } role)
        {
            effects.Ack(new HostAck(clock.Session, shard.Id, role.Revision, AckKind.Dropped, false, ""));
        }
    }

    private void Fail(HostedShard shard, string error, long nowMs)
    {
        shard.Error = error;
        shard.Failures++;
        shard.Acked = null;
        if (shard.IsNext)
        {
            shard.PrepareFailedAt = shard.Role?.Revision ?? Revision.None;
            return;
        }

        var wait = options.RetryFirstMs << Math.Min(shard.Failures - 1, 20);
        shard.RetryAtMs = nowMs + Math.Min(wait, options.RetryMaxMs);
        dues.Add(shard.RetryAtMs, DueKind.Shard, shard.Id, 0);
    }

    private void Cancel(RunningHandler running)
    {
        if (!running.Cancelled)
        {
            running.Cancelled = true;
            effects.CancelOperation(running.Call.Operation);
        }
    }
}
