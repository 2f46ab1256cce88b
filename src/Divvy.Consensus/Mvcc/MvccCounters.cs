namespace Divvy.Consensus.Mvcc;

/// <summary>The running numbers behind <see cref="MvccStatistics"/>.</summary>
internal sealed class MvccCounters
{
    public long Puts { get; set; }

    public long Deletes { get; set; }

    public long Ranges { get; set; }

    public long Transactions { get; set; }

    public long Keys { get; set; }

    public long Records { get; set; }

    public long Bytes { get; set; }

    public long BytesInUse { get; set; }

    public long CompactedRecords { get; set; }

    public MvccStatistics Snapshot(int leases, int compactionBacklog, int pins) => new(
        Puts, Deletes, Ranges, Transactions, Keys, Records, Bytes, BytesInUse, CompactedRecords, leases,
        compactionBacklog, pins);
}
