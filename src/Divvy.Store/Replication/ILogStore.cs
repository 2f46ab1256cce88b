using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>What a replica must not forget. Used by one thread at a time.
/// <exception cref="Disk.DiskException">Any call: the disk failed, which is final.</exception></summary>
internal interface ILogStore : IDisposable
{
    /// <summary>Bytes of the entries since the newest snapshot.</summary>
    long BytesSinceSnapshot { get; }

    void Append(HardState? hardState, ImmutableArray<Entry> entries);

    /// <summary>Writes what was appended; with <paramref name="sync"/> it is durable when this returns.</summary>
    void Commit(bool sync);

    /// <summary>A complete snapshot is in the folder under this name, and the log goes on from it.</summary>
    void SnapshotIsThere(EntryId last, string file);

    /// <summary>A snapshot that came whole, under this name, is not wanted.</summary>
    void DropReceived(string file);

    /// <summary>The state has a snapshot behind it: older ones and the log before it may go.</summary>
    void ReleaseBefore(EntryId snapshot);
}
