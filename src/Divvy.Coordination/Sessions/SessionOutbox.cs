using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Sessions;

/// <summary>What a session is owed, and not a queue of messages: which shards changed, which heartbeat to acknowledge.
/// The messages are made when the stream can take one, from the newest snapshot, so that a slow instance gets fewer and
/// newer messages, never a backlog, and memory is bounded by the number of shards. Thread-safe.</summary>
internal sealed class SessionOutbox(SessionRef session, Registered registered)
{
    /// <summary>Roles in one update; the rest follows in the next.</summary>
    public const int MaxRolesPerUpdate = 2_000;

    private readonly Lock gate = new();
    private readonly Dictionary<ShardId, Notice> dirty = [];
    private readonly DigestTracker digests = new();
    private readonly SemaphoreSlim signal = new(1);
    private Registered? greeting = registered;
    private HeartbeatAck? heartbeatAck;
    private bool fullSetDue = true;
    private string? ended;

    /// <summary>A shard record that names the session, or named it, has changed.</summary>
    public void ShardChanged(ShardChange change)
    {
        var cause = CauseOf(change);
        lock (gate)
        {
            // A second change before the first was sent must not hide that the shard changed hands.
            var old = dirty.GetValueOrDefault(change.Shard);
            dirty[change.Shard] = new Notice(
                cause == AssignmentCause.None ? old.Cause : cause, change.Before?.Record ?? old.Last);
        }
        Wake();
    }

    /// <summary>The store has renewed the lease after this heartbeat came (R18).</summary>
    public void Renewed(ulong number, TimeSpan ttl)
    {
        lock (gate)
        {
            heartbeatAck = new HeartbeatAck
            {
                Session = session.Session.Value,
                Number = number,
                TtlMs = (long)ttl.TotalMilliseconds,
            };
        }
        Wake();
    }

    /// <summary>Compares what an instance holds with what it was sent; if it differs, everything is due again. Returns
    /// whether it was the same.</summary>
    public bool Compare(ulong reported)
    {
        lock (gate)
        {
            // Until the first full set is sent there is nothing to compare with.
            if (fullSetDue || digests.Matches(reported))
                return true;
            fullSetDue = true;
        }
        Wake();
        return false;
    }

    /// <summary>Nothing but the end is sent from here on.</summary>
    public void End(string reason)
    {
        lock (gate)
            ended ??= reason;
        Wake();
    }

    public Task WaitAsync(CancellationToken cancellationToken) => signal.WaitAsync(cancellationToken);

    /// <summary>The next message, made from the newest snapshot; null: nothing is due.</summary>
    /// <param name="newest">Reads the newest snapshot. It is asked while no change can be noted: a snapshot read before
    /// could be older than a change that was noted since, and taking that note with it would lose the change.</param>
    /// <param name="name">The namespace of the session.</param>
    public OutboxContent? TryTake(Func<StoreSnapshot> newest, string name)
    {
        lock (gate)
        {
            var snapshot = newest();
            var (space, revision) = (snapshot.Get(name), snapshot.Revision);
            if (greeting is { } hello)
            {
                greeting = null;
                return new OutboxContent(new ServerMessage { Registered = hello }, []);
            }
            if (ended is not null)
            {
                var end = new SessionEnded { Session = session.Session.Value, Reason = ended };
                return new OutboxContent(new ServerMessage { SessionEnded = end }, [], IsLast: true);
            }
            if (heartbeatAck is { } ack)
            {
                heartbeatAck = null;
                return new OutboxContent(new ServerMessage { HeartbeatAck = ack }, []);
            }
            if (fullSetDue)
                return TakeFullSet(space, revision);
            return dirty.Count > 0 ? TakeUpdate(space, revision) : null;
        }
    }

    private OutboxContent TakeFullSet(NamespaceSnapshot space, Revision revision)
    {
        fullSetDue = false;
        var roles = space.ShardsOf(session.Session).Order()
            .Select(shard => RoleDerivation.Derive(space.Shards[shard], session, space))
            .Where(role => role.Role != ShardRole.None).ToList();
        var causes = TakeCauses(roles);
        dirty.Clear();
        digests.Replace(roles);
        var message = new RoleSet { Session = session.Session.Value, Revision = revision.Value };
        message.Roles.AddRange(roles.Select(RoleMessages.ToMessage));
        return new OutboxContent(new ServerMessage { RoleSet = message }, causes);
    }

    private OutboxContent TakeUpdate(NamespaceSnapshot space, Revision revision)
    {
        var roles = new List<RoleAssignment>();
        foreach (var (shard, notice) in dirty.Take(MaxRolesPerUpdate).OrderBy(entry => entry.Key))
        {
            if (space.Shards.TryGetValue(shard, out var version))
                roles.Add(RoleDerivation.Derive(version, session, space));
            else if (notice.Last is { } last)
                roles.Add(RoleDerivation.Deleted(last, revision));
            else
                dirty.Remove(shard);
        }
        var causes = TakeCauses(roles);
        foreach (var role in roles)
            dirty.Remove(role.Shard);
        if (dirty.Count > 0)
            Wake();
        digests.Apply(roles);
        var message = new RoleUpdate { Session = session.Session.Value, Revision = revision.Value };
        message.Roles.AddRange(roles.Select(RoleMessages.ToMessage));
        return new OutboxContent(new ServerMessage { RoleUpdate = message }, causes);
    }

    private List<(ShardId, AssignmentCause)> TakeCauses(List<RoleAssignment> roles) =>
    [
        .. from role in roles
           let cause = dirty.GetValueOrDefault(role.Shard).Cause
           where cause == AssignmentCause.Revocation
               ? role.Role is ShardRole.Yielding or ShardRole.Closing
               : cause != AssignmentCause.None && role.Role == ShardRole.Active
           select (role.Shard, cause),
    ];

    private AssignmentCause CauseOf(ShardChange change)
    {
        if (change.After?.Record is not { } after || after.Owner != session)
            return AssignmentCause.None;
        var before = change.Before?.Record;
        if (before?.Owner == session)
        {
            var revoked = after.Phase is ShardPhase.Yielding or ShardPhase.Closing && before.Phase != after.Phase;
            return revoked ? AssignmentCause.Revocation : AssignmentCause.None;
        }
        return before?.Owner is null ? AssignmentCause.Initial
            : before.Next == session || before.Standbys.Contains(session) ? AssignmentCause.FastActivation
            : AssignmentCause.ColdActivation;
    }

    private void Wake()
    {
        if (signal.CurrentCount == 0)
            signal.Release();
    }

    private readonly record struct Notice(AssignmentCause Cause, ShardRecord? Last);
}
