using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Forgets everything with the process: for a store that lives in memory.</summary>
internal sealed class VolatileLog : ILogStore
{
    public long BytesSinceSnapshot => 0;

    public void Append(HardState? hardState, ImmutableArray<Entry> entries)
    {
    }

    public void Commit(bool sync)
    {
    }

    public void SnapshotIsThere(EntryId last, string file)
    {
    }

    public void DropReceived(string file)
    {
    }

    public void ReleaseBefore(EntryId snapshot)
    {
    }

    public void Dispose()
    {
    }
}
