using Divvy.Consensus.Raft;
using Divvy.Store.Disk;

namespace Divvy.Store.Wal;

/// <summary>Reads a log from its first segment to its last.
/// <para>A crash can leave the end torn: sectors of the last, unsynchronised writes are missing, and a missing sector
/// of a
/// segment that was filled with zeros is all zeros. So in the last segment, a record that has such a sector ends the
/// log
/// there, and so does an unwritten place, unless a later record says that the place was durable. Anything else,
/// anywhere, is
/// damage, and the log is refused.</para></summary>
internal sealed class WalReader(IDisk disk)
{
    private readonly List<Entry> entries = [];
    private readonly List<EntryId> snapshots = [];

    /// <summary>The segment that is being read. All are of one size, unless the setting was changed.</summary>
    private byte[] bytes = [];
    private HardState hardState;
    private WalIdentity? identity;
    private uint crc;
    private uint size;

    /// <summary>Where the next record goes in the last segment.</summary>
    public long End { get; private set; }

    public uint Crc => crc;

    /// <summary>Behind this place, the last segment is all zeros.</summary>
    public long LeftBehind { get; private set; }

    /// <summary>Why the end was cut; null when it was not.</summary>
    public string? Repair { get; private set; }

    public WalContent Read(IReadOnlyList<WalSegment> segments)
    {
        for (var i = 0; i < segments.Count; i++)
        {
            if (i > 0 && segments[i].Sequence != segments[i - 1].Sequence + 1)
                throw Damaged(segments[i], 0, $"the segment before it, {segments[i].Sequence - 1}, is missing");
            ReadSegment(segments[i], isFirst: i == 0, isLast: i == segments.Count - 1);
        }

        return new WalContent(identity!.Value, hardState, snapshots, entries, Repair);
    }

    private void ReadSegment(WalSegment segment, bool isFirst, bool isLast)
    {
        using var file = disk.Open(segment.Name);
        if (bytes.Length != file.Length)
            bytes = new byte[file.Length];
        if (file.Read(0, bytes) != bytes.Length)
            throw Damaged(segment, 0, "it could not be read to its end");
        var at = 0;
        size = 0;
        while (at < bytes.Length)
        {
            if (IsSealed(at, segment, isLast))
                return;
            var damage = ReadRecord(ref at, segment, isFirst);

            // A segment is only cut when it is full: a shorter one has lost its end, and nobody knows what was there.
            if (bytes.Length < size)
                throw Damaged(segment, bytes.Length, $"it was made with {size} bytes; the rest is missing");
            if (damage is null)
                continue;
            if (!isLast)
                throw Damaged(segment, at, damage);
            EndHere(segment, at, damage);
            return;
        }

        if (at == 0)
            throw Damaged(segment, 0, "it is empty");
        End = LeftBehind = at;
    }

    /// <summary>The segment is full and says which one follows. A crash may have kept the place of that mark and lost
    /// the mark.</summary>
    private bool IsSealed(int at, WalSegment segment, bool isLast)
    {
        if (bytes.Length - at != WalFrame.HeaderSize)
            return false;
        var header = WalFrame.Read(bytes.AsSpan(at));
        var isSealed = header is { Checks: true, Length: WalFrame.SealMark };
        if (isSealed && isLast)
            throw Damaged(segment, at, $"it says that segment {header.Durable} follows, which is missing");
        return isSealed || (!isLast && IsEmpty(bytes, at, bytes.Length));
    }

    /// <summary>Takes one record; says what is wrong with it otherwise, an unwritten place included.</summary>
    private string? ReadRecord(ref int at, WalSegment segment, bool isFirst)
    {
        if (bytes.Length - at < WalFrame.HeaderSize)
            return "a record is cut off";
        var header = WalFrame.Read(bytes.AsSpan(at));
        if (IsEmpty(bytes, at, EndOfSector(at)))
            return Unwritten;
        if (header.Length == 0 || !header.Checks || header.Length > WalFrame.MaxLength)
            throw Damaged(segment, at, "the header of a record is not as it was written");
        var length = (int)header.Length;
        if (WalFrame.SizeOf(length) > bytes.Length - at)
            return $"a record of {length} bytes is cut off";
        var body = bytes.AsSpan(at + WalFrame.HeaderSize, length);
        var kind = (WalRecordKind)body[0];
        var payload = body[1..];
        var before = at == 0 && isFirst && kind == WalRecordKind.Head && payload.Length == WalCodec.HeadSize
            ? WalCodec.ReadHead(payload).Crc
            : crc;
        var chained = Crc32C.Append(before, body);
        if (chained != header.Checksum)
            return "a checksum does not match";
        if (at == 0 != (kind == WalRecordKind.Head))
            throw Damaged(segment, at, $"a record of kind {kind} does not belong here");
        crc = chained;
        Take(kind, payload, segment, at);
        at += WalFrame.SizeOf(length);
        return null;
    }

    private void Take(WalRecordKind kind, ReadOnlySpan<byte> payload, WalSegment segment, int at)
    {
        switch (kind)
        {
            case WalRecordKind.Head when payload.Length == WalCodec.HeadSize:
                (var owner, _, size) = WalCodec.ReadHead(payload);
                if (identity is { } known && known != owner)
                    throw Damaged(segment, at, $"it belongs to {owner}, the segments before it to {known}");
                identity = owner;
                break;
            case WalRecordKind.HardState when payload.Length == WalCodec.HardStateSize:
                hardState = WalCodec.ReadHardState(payload);
                break;
            case WalRecordKind.Snapshot when payload.Length == WalCodec.SnapshotSize:
                TakeSnapshot(WalCodec.ReadEntryId(payload));
                break;
            case WalRecordKind.Entry when payload.Length >= WalCodec.EntryHeaderSize:
                TakeEntry(WalCodec.ReadEntry(payload), segment, at);
                break;
            default:
                throw Damaged(segment, at, $"a record of kind {kind} and {payload.Length} bytes is unknown");
        }
    }

    /// <summary>A snapshot whose last entry is not in the log was received and replaced all of it (paper section 7):
    /// what stood there, perhaps beyond that entry, had parted from what the cluster agreed on.</summary>
    private void TakeSnapshot(EntryId snapshot)
    {
        snapshots.Add(snapshot);
        if (entries.Count == 0 || snapshot.Index < entries[0].Index)
            return;
        var at = snapshot.Index - entries[0].Index;
        if (at >= (ulong)entries.Count || entries[(int)at].Term != snapshot.Term)
            entries.Clear();
    }

    /// <summary>An entry replaces the one at its index and all after it (paper section 5.3). A gap is only right
    /// after a snapshot
    /// that was received.</summary>
    private void TakeEntry(Entry entry, WalSegment segment, int at)
    {
        if (entries.Count > 0 && entry.Index <= entries[^1].Index)
        {
            var keep = entries.Count - (int)Math.Min((ulong)entries.Count, entries[^1].Index - entry.Index + 1);
            entries.RemoveRange(keep, entries.Count - keep);
        }

        if (entries.Count > 0 && entry.Index != entries[^1].Index.Next)
        {
            if (snapshots.Count == 0 || snapshots[^1].Index.Next != entry.Index)
                throw Damaged(segment, at, $"entry {entry.Index} follows entry {entries[^1].Index}");
            entries.Clear();
        }

        entries.Add(entry);
    }

    /// <summary>The log ends here, or was torn here, or is damaged here.</summary>
    private void EndHere(WalSegment segment, int at, string damage)
    {
        if (IsEmpty(bytes, at, bytes.Length))
        {
            End = at;
        }
        else if ((damage == Unwritten || HasEmptySector(bytes, at)) && !WalFrame.LaterRecordCallsDurable(bytes, at, at))
        {
            End = at;
            Repair = $"{segment.Name} was torn at offset {at}: what followed was never acknowledged and is cut off";
        }
        else
        {
            throw Damaged(segment, at, damage);
        }

        LeftBehind = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        if (at == 0)
            throw Damaged(segment, 0, "its head is missing");
    }

    /// <summary>A sector of the record was never written. The header stands, so the length can be believed.</summary>
    private static bool HasEmptySector(byte[] bytes, int at)
    {
        var header = WalFrame.Read(bytes.AsSpan(at));
        var end = (int)Math.Min(bytes.Length, at + (long)WalFrame.SizeOf((int)header.Length));
        for (var sector = EndOfSector(at); sector < end; sector = EndOfSector(sector))
        {
            if (IsEmpty(bytes, sector, Math.Min(end, EndOfSector(sector))))
                return true;
        }

        return end == bytes.Length;
    }

    private static bool IsEmpty(byte[] bytes, int from, int to) =>
        !bytes.AsSpan(from, Math.Min(to, bytes.Length) - from).ContainsAnyExcept((byte)0);

    private static int EndOfSector(int at) => (at / SectorSize * SectorSize) + SectorSize;

    private WalDamagedException Damaged(WalSegment segment, long offset, string what) =>
        new(disk.Place, segment.Name, offset, what);

    private const string Unwritten = "an unwritten place";
    private const int SectorSize = 512;
}
