using System.Collections.Immutable;
using Divvy.Consensus.Raft;
using Divvy.Store.Disk;

namespace Divvy.Store.Wal;

/// <summary>The write-ahead log of one member: what Raft must not forget, in segments of a fixed size.
/// <para><b>Durable when.</b> <see cref="Append(HardState?, ImmutableArray{Entry})"/> only collects; <see
/// cref="Commit"/> writes what was
/// collected with one write and, when asked, one synchronisation: many acknowledgements share it (group commit). A
/// failed
/// synchronisation is final: the kernel may have dropped the pages it could not write, so nothing written since is
/// trusted,
/// and the log refuses every further call (fsyncgate; etcd treats it the same way).</para>
/// <para><b>Segments.</b> The next one is made ahead (<see cref="PrepareNext"/>), filled with zeros under another
/// name, so that neither making nor growing a file stands in the way of a commit. A full segment is cut to its content
/// and sealed with the number of the next; its head says how large it was made. So a segment that lost its end, or its
/// successor, is noticed. Segments that a snapshot has made unnecessary are deleted (<see cref="ReleaseBefore"/>).
/// </para>
/// <para><b>Damage.</b> See <see cref="WalReader"/>: a torn end of the last segment is cut, anything else is
/// refused.</para>
/// Not thread-safe, except that <see cref="PrepareNext"/> may run beside the others.</summary>
public sealed class WriteAheadLog : IDisposable
{
    private const string NextName = "next.tmp";
    private const int FirstBufferSize = 64 << 10;

    private readonly IDisk disk;
    private readonly WalOptions options;
    private readonly WalIdentity identity;
    private readonly Lock preparing = new();
    private byte[] buffer = new byte[FirstBufferSize];
    private int buffered;
    private WalSegment segment;
    private IDiskFile file;
    private IDiskFile? next;
    private long end;
    private long durable;
    private uint crc;
    private LogIndex last;
    private HardState newestState;
    private string? failure;
    private bool isDisposed;

    private WriteAheadLog(IDisk disk, WalOptions options, WalIdentity identity, WalSegment segment, IDiskFile file)
    {
        (this.disk, this.options, this.identity, this.segment, this.file) = (disk, options, identity, segment, file);
    }

    /// <summary>The folder holds a log.</summary>
    public static bool Exists(IDisk disk) => disk.List().Any(name => WalSegment.Parse(name) is not null);

    /// <summary>Begins a log in a folder that has none.</summary>
    public static WriteAheadLog Create(IDisk disk, WalIdentity identity, WalOptions? options = null)
    {
        if (Exists(disk))
            throw new DiskException($"{disk.Place} already holds a write-ahead log: open it, or take an empty folder");
        options ??= new WalOptions();
        var first = new WalSegment(0, LogIndex.Zero);
        disk.Create(NextName, options.SegmentSize).Dispose();
        var log = new WriteAheadLog(disk, options, identity, first, disk.Open(NextName));
        log.AppendHead();
        log.Commit(sync: true);
        disk.Rename(NextName, first.Name);
        disk.SyncFolder();
        return log;
    }

    /// <summary>Opens a log and reads it, cutting a torn end.
    /// <exception cref="WalDamagedException">It is damaged in another way.</exception>
    /// <exception cref="DiskException">It belongs to another member, or cannot be read.</exception></summary>
    public static (WriteAheadLog Log, WalContent Content) Open(
        IDisk disk, WalIdentity? identity, WalOptions? options = null)
    {
        WalSegment[] segments =
            [.. disk.List().Select(WalSegment.Parse).OfType<WalSegment>().OrderBy(segment => segment.Sequence)];
        if (segments.Length == 0)
            throw new DiskException($"{disk.Place} holds no write-ahead log");
        var reader = new WalReader(disk);
        var content = reader.Read(segments);
        if (identity is { } expected && content.Identity != expected)
            throw new DiskException($"{disk.Place} holds the log of {content.Identity}, not of {expected}");

        var tail = segments[^1];
        var log = new WriteAheadLog(
            disk, options ?? new WalOptions(), content.Identity, tail, disk.Open(tail.Name))
        {
            end = reader.End,
            crc = reader.Crc,
            last = content.Entries.Count > 0 ? content.Entries[^1].Index : LogIndex.Zero,
            newestState = content.HardState,
        };
        log.ClearBehindTheEnd(reader.LeftBehind);
        if (disk.List().Contains(NextName))
            disk.Delete(NextName);
        return (log, content);
    }

    /// <summary>Collects what a Ready asks to be kept.</summary>
    public void Append(HardState? hardState, ImmutableArray<Entry> entries)
    {
        foreach (var entry in entries)
        {
            WalCodec.WriteEntry(Reserve(WalCodec.EntryHeaderSize + entry.Data.Length), entry);
            Seal(WalRecordKind.Entry, WalCodec.EntryHeaderSize + entry.Data.Length);
            last = entry.Index;
        }

        if (hardState is { } state)
            AppendState(state);
    }

    /// <summary>Collects the mark that a snapshot is durable; replay may begin there.</summary>
    public void AppendSnapshot(EntryId snapshot)
    {
        WalCodec.WriteEntryId(Reserve(WalCodec.SnapshotSize), snapshot);
        Seal(WalRecordKind.Snapshot, WalCodec.SnapshotSize);
        last = LogIndex.Max(last, snapshot.Index);
    }

    /// <summary>Writes what was collected; with <paramref name="sync"/> it survives a crash when this returns.
    /// <exception cref="DiskException">The disk failed; the log can no longer be used.</exception></summary>
    public void Commit(bool sync)
    {
        Refuse();
        try
        {
            if (buffered > 0)
            {
                file.Write(end, buffer.AsSpan(0, buffered));
                end += buffered;
                buffer.AsSpan(0, buffered).Clear();
                buffered = 0;
            }

            if (sync)
            {
                file.Flush();
                durable = end;
            }

            if (end >= options.SegmentSize)
                Roll();
        }
        catch (DiskException broken)
        {
            failure = broken.Message;
            throw;
        }
    }

    /// <summary>Makes the next segment ahead of need. Slow: call it beside the writing.</summary>
    public void PrepareNext()
    {
        lock (preparing)
        {
            if (!isDisposed)
                next ??= disk.Create(NextName, options.SegmentSize);
        }
    }

    /// <summary>Deletes the segments whose entries all lie before an index. Returns how many went.</summary>
    public int ReleaseBefore(LogIndex index)
    {
        Refuse();
        var segments = disk.List().Select(WalSegment.Parse).OfType<WalSegment>().OrderBy(one => one.Sequence).ToList();
        var released = 0;
        for (var i = 0; i + 1 < segments.Count && segments[i + 1].First <= index; i++, released++)
        {
            // One by one: a crash must not keep an earlier one and lose a later one.
            disk.Delete(segments[i].Name);
            disk.SyncFolder();
        }

        return released;
    }

    public void Dispose()
    {
        file.Dispose();
        lock (preparing)
        {
            isDisposed = true;
            next?.Dispose();
        }
    }

    private void Refuse()
    {
        if (failure is not null)
            throw new DiskException($"the write-ahead log stopped after a failure of the disk: {failure}");
    }

    private void AppendState(HardState state)
    {
        WalCodec.WriteHardState(Reserve(WalCodec.HardStateSize), state);
        Seal(WalRecordKind.HardState, WalCodec.HardStateSize);
        newestState = state;
    }

    /// <summary>The place of the next record's payload in the buffer.</summary>
    private Span<byte> Reserve(int payload)
    {
        var size = WalFrame.SizeOf(payload + 1);
        if (buffered + size > buffer.Length)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, buffered + size));
        return buffer.AsSpan(buffered + WalFrame.HeaderSize + 1, payload);
    }

    private void Seal(WalRecordKind kind, int payload)
    {
        crc = WalFrame.Seal(buffer.AsSpan(buffered), kind, payload, (uint)durable, crc);
        buffered += WalFrame.SizeOf(payload + 1);
    }

    private void AppendHead()
    {
        WalCodec.WriteHead(Reserve(WalCodec.HeadSize), identity, crc, (uint)options.SegmentSize);
        Seal(WalRecordKind.Head, WalCodec.HeadSize);
    }

    /// <summary>Cuts the full segment to its content and goes on in the next one, which gets its real name only once
    /// its head is durable: a segment by its name always has one. Then the full one is sealed: it says that another
    /// follows, so that nobody overlooks one that is lost.</summary>
    private void Roll()
    {
        var full = file;
        var sealAt = end;
        full.SetLength(end);
        full.Flush();
        try
        {
            // Held until the file has its real name: who prepares the next one must not make it under this one.
            lock (preparing)
            {
                (file, next) = (next ?? disk.Create(NextName, options.SegmentSize), null);
                BeginSegment();
            }

            Span<byte> seal = stackalloc byte[WalFrame.HeaderSize];
            seal.Clear();
            WalFrame.WriteSeal(seal, (uint)segment.Sequence);
            full.Write(sealAt, seal);
            full.Flush();
        }
        finally
        {
            full.Dispose();
        }
    }

    private void BeginSegment()
    {
        segment = new WalSegment(segment.Sequence + 1, last.Next);
        end = durable = 0;
        AppendHead();

        // The segment that holds the last vote may be released before there is another one.
        AppendState(newestState);
        file.Write(0, buffer.AsSpan(0, buffered));
        end = buffered;
        buffer.AsSpan(0, buffered).Clear();
        buffered = 0;
        file.Flush();
        durable = end;
        disk.Rename(NextName, segment.Name);
        disk.SyncFolder();
    }

    /// <summary>What a torn write left behind the end must not be taken for records later. The file keeps its size, and
    /// where nothing was left it keeps its blocks, so that it need not be filled again.</summary>
    private void ClearBehindTheEnd(long upTo)
    {
        if (upTo > end)
            file.Write(end, new byte[(int)(upTo - end)]);
        file.Flush();
        durable = end;
    }
}
