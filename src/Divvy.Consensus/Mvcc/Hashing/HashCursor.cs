using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Mvcc.Hashing;

/// <summary>
/// A hash of the store, computed in pieces at a fixed revision. Members that applied the same log have the same one,
/// wherever each stands with the physical work of compactions, and whether it lived through the log or was read back
/// from an export. The number is this store's own: etcd's members compute another one for the same contents.
/// <para>What goes in: for each key in order, each record that the store keeps from the compacted revision up to the
/// hashed one, which is the newest at the compacted revision unless that is a tombstone, and all after it. A record
/// goes in as key, mod revision, place within the revision, create revision, version, lease, value. The hash of the
/// whole state begins with the revision, the compacted revision, and of each lease the id, the time to live and the
/// checkpoint. The function is CRC-32C, as for etcd's HashKV.</para>
/// <para>The owner of the store serialises <see cref="Step"/> and <see cref="Release"/> with everything
/// else.</para>
/// </summary>
public sealed class HashCursor
{
    private readonly KeySpace keys;
    private KeyWalk walk;
    private StateHash hash = new();
    private KeyHistory? history;
    private (long Mod, int Sub) last;
    private bool isPinned;

    internal HashCursor(KeySpace keys, long revision)
    {
        this.keys = keys;
        CompactedRevision = keys.CompactedRevision;
        Revision = revision > 0 ? revision : keys.Revision;
        Outcome = Check(keys, revision);
        walk = new KeyWalk(keys.Index, KeyRange.From(default));
        IsDone = Outcome != MvccOutcome.Ok;
        if (!IsDone)
            Pin(true);
    }

    /// <summary>Compacted and FutureRevision are etcd's refusals. A revision that was asked for must be above the
    /// compacted one: unlike a range, a hash at the compacted revision is refused.</summary>
    public MvccOutcome Outcome { get; }

    /// <summary>The revision that is hashed.</summary>
    public long Revision { get; }

    /// <summary>The compacted revision that it is hashed from; two hashes compare only when theirs is the
    /// same.</summary>
    public long CompactedRevision { get; }

    public bool IsDone { get; private set; }

    /// <summary>The hash; meaningful when it is done and the outcome is Ok.</summary>
    public uint Value => hash.Value;

    /// <summary>Hashes so many records more; true when there are more.</summary>
    public bool Step(int maxRecords)
    {
        for (var left = maxRecords; left > 0 && !IsDone; left--)
            IsDone = !TryHashOne();
        if (IsDone)
            Release();
        return !IsDone;
    }

    /// <summary>Ends it early, or does nothing.</summary>
    public void Release()
    {
        if (isPinned)
            Pin(false);
        IsDone = true;
    }

    /// <summary>Adds what the whole state has beyond its keys, before these.</summary>
    internal void AddState(IReadOnlyCollection<Lease> leases)
    {
        if (IsDone)
            return;
        hash.Add(Revision);
        hash.Add(CompactedRevision);
        hash.Add(leases.Count);
        foreach (var lease in leases)
        {
            hash.Add(lease.Id);
            hash.Add(lease.TtlSeconds);
            hash.Add(lease.CheckpointSeconds);
        }
    }

    private static MvccOutcome Check(KeySpace keys, long revision)
    {
        if (revision > 0 && revision <= keys.CompactedRevision)
            return MvccOutcome.Compacted;
        return revision > keys.Revision ? MvccOutcome.FutureRevision : MvccOutcome.Ok;
    }

    /// <summary>Hashes the next record, or passes a key that has none to hash; false at the end.</summary>
    private bool TryHashOne()
    {
        if (history is null)
        {
            if (!walk.MoveNext())
                return false;
            history = walk.Current!;
            last = (0, 0);
        }
        var index = last.Mod == 0 ? history.FirstKept(CompactedRevision) : history.FirstAfter(last.Mod, last.Sub);
        if (index == history.Count || history[index].ModRevision > Revision)
        {
            history = null;
            return true;
        }
        Add(history[index]);
        last = (history[index].ModRevision, history[index].SubRevision);
        return true;
    }

    private void Add(KeyRecord record)
    {
        hash.Add(record.History.Key);
        hash.Add(record.ModRevision);
        hash.Add(record.SubRevision);
        hash.Add(record.CreateRevision);
        hash.Add(record.Version);
        hash.Add(record.Lease);
        hash.Add(record.Octets);
    }

    private void Pin(bool wanted)
    {
        isPinned = wanted;
        if (wanted)
            keys.Pins.Add(CompactedRevision);
        else
            keys.Pins.Remove(CompactedRevision);
    }
}
