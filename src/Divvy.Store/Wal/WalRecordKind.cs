namespace Divvy.Store.Wal;

/// <summary>What a record of the log carries. 0 is no kind: it is what an unwritten place looks like.</summary>
internal enum WalRecordKind : byte
{
    /// <summary>Heads each segment: whose log it is, and the checksum that the chain goes on from.</summary>
    Head = 1,
    Entry = 2,
    HardState = 3,

    /// <summary>A snapshot is durable elsewhere; replay may begin at it.</summary>
    Snapshot = 4,
}
