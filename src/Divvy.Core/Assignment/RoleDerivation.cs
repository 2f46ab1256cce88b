using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Assignment;

/// <summary>What a session is to a shard, read off one version of the shard's record and nothing else: level-triggered,
/// so that any server can say it at any time, again, and to a session that has just reconnected (R11).</summary>
public static class RoleDerivation
{
    /// <summary>The role of one session. Never null: a session the record does not name has the role none, which says
    /// who owns the shard now.</summary>
    public static RoleAssignment Derive(in VersionedShard shard, SessionRef session, ISessionDirectory sessions)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        var record = shard.Record;
        var role = RoleOf(record, session);
        SessionRef? forwardTo = role switch
        {
            ShardRole.Yielding => record.Next,
            ShardRole.None or ShardRole.Standby or ShardRole.Preparing or ShardRole.Prepared
                when record.Phase != ShardPhase.Closing => record.Owner,
            _ => null,
        };
        var address = forwardTo is { } target ? sessions.AddressOf(target) : null;
        var handedOverAt = role == ShardRole.Active ? record.HandedOverAt : Revision.None;
        return new RoleAssignment(
            record.Shard, shard.Revision, role, record.Generation, record.Range, forwardTo, address, handedOverAt,
            record.Reason)
        {
            Parents = record.Parents,
        };
    }

    /// <summary>The role every session has to a shard whose record was deleted at this revision.</summary>
    public static RoleAssignment Deleted(ShardRecord last, Revision deletedAt)
    {
        ArgumentNullException.ThrowIfNull(last);
        return new RoleAssignment(
            last.Shard, deletedAt, ShardRole.None, last.Generation, last.Range, null, null, Revision.None, "removed");
    }

    /// <summary>Only what the record says of the session.</summary>
    public static ShardRole RoleOf(ShardRecord record, SessionRef session)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Owner == session)
        {
            return record.Phase switch
            {
                ShardPhase.Yielding => ShardRole.Yielding,
                ShardPhase.Closing => ShardRole.Closing,
                _ => ShardRole.Active,
            };
        }

        if (record.Next == session)
        {
            return record.Phase == ShardPhase.Yielding ? ShardRole.Prepared : ShardRole.Preparing;
        }

        return record.Standbys.Contains(session) ? ShardRole.Standby : ShardRole.None;
    }
}
