namespace Divvy.Consensus.Mvcc;

/// <summary>What one revision made of one key. Immutable, so a reader may keep it after the store moved on. A
/// deletion is a record too (a tombstone): it has a key and a mod revision, and version 0.</summary>
public sealed class KeyRecord
{
    /// <summary>What a record costs beyond its key and value: the object, the header of the value's array, its slots
    /// in the history and in the log.</summary>
    internal const int OverheadBytes = 112;

    internal KeyRecord(KeyHistory history, long modRevision, int subRevision = 0)
    {
        History = history;
        ModRevision = modRevision;
        SubRevision = subRevision;
    }

    public ReadOnlyMemory<byte> Key => History.Key;

    public ReadOnlyMemory<byte> Value => Octets;

    /// <summary>Revision of the put that made the key, counted anew after a deletion; 0 in a tombstone.</summary>
    public long CreateRevision { get; internal init; }

    public long ModRevision { get; }

    /// <summary>Puts since the key was made, this one included; 0 in a tombstone.</summary>
    public long Version { get; internal init; }

    /// <summary>The lease the key is attached to; 0: none.</summary>
    public long Lease { get; internal init; }

    public bool IsTombstone => Version == 0;

    internal KeyHistory History { get; }

    /// <summary>The value in an array of its own: nothing else is kept alive by it.</summary>
    internal byte[] Octets { get; init; } = [];

    /// <summary>Place among the changes of its revision, from 0.</summary>
    internal int SubRevision { get; }

    internal long EstimatedBytes => History.Key.Length + Octets.Length + OverheadBytes;
}
