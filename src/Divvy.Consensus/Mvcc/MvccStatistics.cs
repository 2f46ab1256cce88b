namespace Divvy.Consensus.Mvcc;

/// <summary>Counts since the store was made or read back, and sizes now.</summary>
/// <param name="Puts">Keys put, in transactions too.</param>
/// <param name="Deletes">Keys deleted.</param>
/// <param name="Ranges">Range operations run.</param>
/// <param name="Transactions">Transactions run, without nested ones.</param>
/// <param name="Keys">Keys that exist.</param>
/// <param name="Records">Records kept, superseded ones included.</param>
/// <param name="Bytes">Estimated memory of the records.</param>
/// <param name="BytesInUse">The part of it that the newest state needs; the rest is what compaction can free.</param>
/// <param name="CompactedRecords">Records that compactions removed.</param>
/// <param name="Leases">Leases that exist.</param>
/// <param name="CompactionBacklog">Records that compactions have yet to look at.</param>
/// <param name="Pins">Readers in progress that hold compaction back.</param>
public sealed record MvccStatistics(
    long Puts,
    long Deletes,
    long Ranges,
    long Transactions,
    long Keys,
    long Records,
    long Bytes,
    long BytesInUse,
    long CompactedRecords,
    int Leases,
    int CompactionBacklog,
    int Pins);
