using Divvy.Consensus.Mvcc;

namespace Divvy.Store;

/// <summary>The store's numbers at one moment, for metrics and for people.</summary>
/// <param name="Revision">Current revision.</param>
/// <param name="CompactedRevision">Reads below it are refused; -1: never compacted.</param>
/// <param name="AppliedIndex">Commands applied.</param>
/// <param name="Data">Keys, records, sizes, and counts of operations.</param>
/// <param name="WatchStreams">Open watch streams.</param>
/// <param name="Watchers">Watchers on them.</param>
/// <param name="UnsyncedWatchers">Watchers that are behind.</param>
/// <param name="PendingEvents">Events that wait to be sent to watchers.</param>
/// <param name="LeasesGranted">Leases granted since the start.</param>
/// <param name="LeasesRenewed">Renewals since the start.</param>
/// <param name="LeasesRevoked">Leases revoked since the start, expired ones included.</param>
/// <param name="LeasesExpired">Leases that ended because they were not renewed.</param>
public sealed record StoreSnapshot(
    long Revision,
    long CompactedRevision,
    long AppliedIndex,
    MvccStatistics Data,
    int WatchStreams,
    int Watchers,
    int UnsyncedWatchers,
    int PendingEvents,
    long LeasesGranted,
    long LeasesRenewed,
    long LeasesRevoked,
    long LeasesExpired);
