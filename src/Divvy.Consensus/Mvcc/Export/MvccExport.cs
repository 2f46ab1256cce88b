using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Mvcc.Export;

/// <summary>
/// Writes a store chunk by chunk while it goes on applying commands. What comes out is the state of the moment when
/// the export began, byte for byte the same on every member that was there: the marks and the leases are taken down
/// at once, which takes time in proportion to the number of leases; the keys are read at that revision later, and a
/// pin on the compacted revision keeps what is needed.
/// <para>What is left from before the compacted revision is not written, so the store that is read back has no
/// compaction work to do. The bytes are described on <see cref="ExportFormat"/>; <see cref="MvccImport"/> reads
/// them.</para>
/// <para>The owner of the store serialises <see cref="Next"/> and <see cref="Release"/> with everything else.</para>
/// </summary>
public sealed class MvccExport
{
    /// <summary>Keys that are passed at most for one chunk, so that a store of many tiny ones is no slower.</summary>
    private const int MaxRecordsPerChunk = 1024;

    private readonly KeySpace keys;
    private readonly (long Id, long Ttl, long Checkpoint)[] leases;
    private readonly FrameWriter frame = new();
    private KeyWalk walk;
    private KeyHistory? history;
    private (long Mod, int Sub) last;
    private byte phase = ExportFormat.Header;
    private int leasesWritten;
    private long recordsWritten;
    private int boundarySeen;
    private long boundaryWritten;
    private bool isPinned;

    internal MvccExport(KeySpace keys, IReadOnlyCollection<Lease> leases, long appliedIndex)
    {
        this.keys = keys;
        this.leases = [.. leases.Select(lease => (lease.Id, lease.TtlSeconds, lease.CheckpointSeconds))];
        AppliedIndex = appliedIndex;
        Revision = keys.Revision;
        CompactedRevision = keys.CompactedRevision;
        walk = new KeyWalk(keys.Index, KeyRange.From(default));
        keys.Pins.Add(CompactedRevision);
        isPinned = true;
    }

    /// <summary>Index of the last command whose effect is in.</summary>
    public long AppliedIndex { get; }

    public long Revision { get; }

    public long CompactedRevision { get; }

    /// <summary>The next chunk, of about so many bytes: it may be longer by one record. It is good until the next
    /// call. Empty at the end.
    /// <exception cref="InvalidOperationException">The export was released before its end.</exception></summary>
    public ReadOnlyMemory<byte> Next(int maxBytes)
    {
        if (phase > ExportFormat.End)
            return default;
        if (!isPinned)
            throw new InvalidOperationException("This export was released: what it had to write may be gone");
        frame.Begin(phase);
        var isPhaseOver = phase switch
        {
            ExportFormat.Header => WriteHeader(),
            ExportFormat.Lease => WriteLeases(maxBytes),
            ExportFormat.Keys => WriteKeys(maxBytes),
            ExportFormat.Boundary => WriteBoundary(maxBytes),
            _ => WriteEnd(),
        };
        if (isPhaseOver)
            phase++;
        if (phase > ExportFormat.End)
            Release();
        return frame.Finish();
    }

    /// <summary>Gives up before the end. Without it a compaction would wait for ever; after the end it does
    /// nothing.</summary>
    public void Release()
    {
        if (isPinned)
            keys.Pins.Remove(CompactedRevision);
        isPinned = false;
    }

    private bool WriteHeader()
    {
        frame.Write(ExportFormat.Magic);
        frame.Write(ExportFormat.Version);
        frame.WriteFixed(AppliedIndex);
        frame.WriteFixed(Revision);
        frame.WriteFixed(CompactedRevision);
        return true;
    }

    private bool WriteLeases(int maxBytes)
    {
        for (; leasesWritten < leases.Length && frame.Length < maxBytes; leasesWritten++)
        {
            frame.WriteFixed(leases[leasesWritten].Id);
            frame.WriteFixed(leases[leasesWritten].Ttl);
            frame.WriteFixed(leases[leasesWritten].Checkpoint);
        }
        return leasesWritten == leases.Length;
    }

    private bool WriteKeys(int maxBytes)
    {
        for (var left = MaxRecordsPerChunk; left > 0 && frame.Length < maxBytes; left--)
        {
            if (history is null)
            {
                if (!walk.MoveNext())
                    return true;
                history = walk.Current!;
                last = (0, 0);
            }
            var index = last.Mod == 0 ? history.FirstKept(CompactedRevision) : history.FirstAfter(last.Mod, last.Sub);
            if (index == history.Count || history[index].ModRevision > Revision)
            {
                history = null;
                continue;
            }
            var record = history[index];
            frame.Write(record);
            recordsWritten++;
            last = (record.ModRevision, record.SubRevision);
        }
        return false;
    }

    /// <summary>Writes the changes of the compacted revision that the histories do not keep. The pin keeps them in
    /// the log, though their places move when the log loses what lies before.</summary>
    private bool WriteBoundary(int maxBytes)
    {
        var first = keys.Log.FirstAtOrAfter(CompactedRevision);
        for (var left = MaxRecordsPerChunk; left > 0 && frame.Length < maxBytes; left--)
        {
            var place = first + boundarySeen;
            if (place == keys.Log.Count || keys.Log[place].ModRevision != CompactedRevision)
                return true;
            boundarySeen++;
            var record = keys.Log[place];
            if (record.History.At(CompactedRevision) == record)
                continue;
            frame.Write(record);
            boundaryWritten++;
        }
        return false;
    }

    private bool WriteEnd()
    {
        frame.WriteNumber(leases.Length);
        frame.WriteNumber(recordsWritten);
        frame.WriteNumber(boundaryWritten);
        return true;
    }
}
