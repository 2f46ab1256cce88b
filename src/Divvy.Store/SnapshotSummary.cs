namespace Divvy.Store;

/// <summary>What a snapshot file holds. All of it was read and checked.</summary>
/// <param name="ClusterId">The cluster it was taken from.</param>
/// <param name="RaftTerm">Term of the last log entry in it.</param>
/// <param name="RaftIndex">Index of the last log entry in it.</param>
/// <param name="Revision">The store's revision.</param>
/// <param name="CompactedRevision">Reads below it are refused; -1: never compacted.</param>
/// <param name="Keys">Keys that exist.</param>
/// <param name="Records">Records, superseded ones included.</param>
/// <param name="Leases">Leases that exist.</param>
/// <param name="Users">Users that exist.</param>
/// <param name="AuthEnabled">Whether authentication is on.</param>
/// <param name="Members">Names, or ids, of the members.</param>
/// <param name="Bytes">The file's length.</param>
public sealed record SnapshotSummary(
    ulong ClusterId,
    ulong RaftTerm,
    ulong RaftIndex,
    long Revision,
    long CompactedRevision,
    long Keys,
    long Records,
    int Leases,
    int Users,
    bool AuthEnabled,
    IReadOnlyList<string> Members,
    long Bytes);
