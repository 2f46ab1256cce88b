using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Store;

/// <summary>
/// Counts the time of leases while this member leads; nobody counts on the others. Guarded by its owner's lock.
/// <para>A new leader gives every lease what its last checkpoint left of it and an election timeout more: no renewal
/// could be answered meanwhile. So a lease can only live longer than it was promised, never shorter.</para>
/// </summary>
internal sealed class LeaseKeeper(TimeSpan checkpointInterval)
{
    private readonly LeaseDeadlines deadlines = new(checkpointInterval);

    /// <summary>This member leads, and counts.</summary>
    public bool IsCounting { get; private set; }

    /// <param name="leases">All leases.</param>
    /// <param name="from">From when they count.</param>
    public void Begin(IEnumerable<Lease> leases, TimeSpan from)
    {
        deadlines.Restart(leases, from);
        IsCounting = true;
    }

    public void End()
    {
        deadlines.Restart([], TimeSpan.Zero);
        IsCounting = false;
    }

    /// <summary>Follows what was applied.</summary>
    public void Note(MvccCommand command, MvccResult result, TimeSpan now)
    {
        if (!IsCounting || result.Outcome != MvccOutcome.Ok)
            return;
        if (result is LeaseGrantResult grant)
            deadlines.Start(grant.Id, TimeSpan.FromSeconds(grant.TtlSeconds), now);
        else if (command is LeaseRevokeCommand revoke)
            deadlines.Stop(revoke.Id);
        else if (command is LeaseCheckpointCommand { RemainingSeconds: > 0 } checkpoint)
            deadlines.Marked(checkpoint.Id);
    }

    public bool TryRenew(long id, TimeSpan now) => deadlines.TryRenew(id, now);

    /// <summary>See <see cref="LeaseDeadlines.Mark"/>.</summary>
    public int Mark(long id) => deadlines.Mark(id);

    public void Cleared(long id, int mark) => deadlines.Cleared(id, mark);

    /// <summary>Leases whose time left is to go into the log.</summary>
    public IReadOnlyList<(long Id, long LeftSeconds)> TakeCheckpoints(TimeSpan now, int limit) =>
        IsCounting ? deadlines.TakeCheckpoints(now, limit) : [];

    public TimeSpan? Remaining(long id, TimeSpan now) => deadlines.Remaining(id, now);

    /// <summary>Leases that are over, each given out once: revoke them, or hand them back.</summary>
    public IReadOnlyList<long> TakeDue(TimeSpan now, int limit) => IsCounting ? deadlines.TakeDue(now, limit) : [];

    public void GiveBack(IReadOnlyList<long> leases)
    {
        foreach (var lease in leases)
            deadlines.Rearm(lease);
    }
}
