using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Mvcc.Export;

/// <summary>What was read so far of a store. The index is filled in key order, which costs no search; the log is put
/// in order at the end, where each record says its own place.</summary>
internal sealed class ImportedState(MvccOptions options)
{
    /// <summary>A fresh store is at revision 1.</summary>
    private const long FirstChange = 2;

    private readonly LeaseBook leases = new(options.MinLeaseTtlSeconds);
    private readonly KeyIndex index = new();
    private readonly MvccCounters counters = new();
    private readonly List<KeyRecord> logged = [];
    private KeyHistory? history;
    private byte[] frameKey = [];
    private long appliedIndex;
    private long revision;
    private long compactedRevision;
    private long boundaryRecords;

    public void ReadHeader(ref FrameReader reader)
    {
        if (!reader.Take(ExportFormat.Magic.Length).SequenceEqual(ExportFormat.Magic))
            throw Damage("it is not an export of a store");
        var version = reader.ReadByte();
        if (version != ExportFormat.Version)
            throw Damage($"it has format {version}, and this version reads format {ExportFormat.Version}");
        appliedIndex = reader.ReadFixed();
        revision = reader.ReadFixed();
        compactedRevision = reader.ReadFixed();
        if (revision < 1 || compactedRevision < -1 || compactedRevision > revision || appliedIndex < 0)
            throw Damage($"revision {revision}, compacted {compactedRevision}, applied {appliedIndex} cannot be");
    }

    public void ReadLeases(ref FrameReader reader)
    {
        while (!reader.IsAtEnd)
        {
            var id = reader.ReadFixed();
            if (!leases.TryLoad(id, reader.ReadFixed(), reader.ReadFixed()))
                throw Damage($"lease {id} is there twice");
        }
    }

    public void ReadKeys(ref FrameReader reader)
    {
        frameKey = [];
        while (!reader.IsAtEnd)
        {
            var key = ReadKey(ref reader);
            if (history is null || !key.AsSpan().SequenceEqual(history.Key))
                BeginHistory(key);
            var record = ReadRecord(ref reader, history!);
            if (history!.Newest is { } before && !IsBefore(before, record))
                throw Damage($"the records of a key are out of order at revision {record.ModRevision}");
            history.Append(record);
            counters.Records++;
            counters.Bytes += record.EstimatedBytes;
            if (record.ModRevision >= compactedRevision)
                logged.Add(record);
        }
    }

    public void ReadBoundary(ref FrameReader reader)
    {
        frameKey = [];
        while (!reader.IsAtEnd)
        {
            var key = ReadKey(ref reader);
            // No history keeps the record, but it has to know its key.
            var record = ReadRecord(ref reader, index.Find(key) ?? new KeyHistory(key));
            if (record.ModRevision != compactedRevision)
                throw Damage($"a boundary record has revision {record.ModRevision} instead of {compactedRevision}");
            logged.Add(record);
            boundaryRecords++;
        }
    }

    public void ReadEnd(ref FrameReader reader)
    {
        EndHistory();
        Expect("leases", leases.All.Count, ref reader);
        Expect("records", counters.Records, ref reader);
        Expect("boundary records", boundaryRecords, ref reader);
    }

    public MvccStore ToStore()
    {
        var keys = new KeySpace(leases, index, OrderLog(), counters);
        keys.Load(revision, compactedRevision);
        return new MvccStore(leases, keys, appliedIndex);
    }

    private static InvalidDataException Damage(string what) => new($"the export of the store is damaged: {what}");

    private static bool IsBefore(KeyRecord left, KeyRecord right) =>
        left.ModRevision < right.ModRevision
        || (left.ModRevision == right.ModRevision && left.SubRevision < right.SubRevision);

    private static void Expect(string what, long found, ref FrameReader reader)
    {
        var expected = reader.ReadNumber(long.MaxValue);
        if (found != expected)
            throw Damage($"it has {found} {what} instead of {expected}");
    }

    private byte[] ReadKey(ref FrameReader reader)
    {
        var shared = (int)reader.ReadNumber(frameKey.Length);
        var rest = reader.ReadOctets();
        if (rest.IsEmpty && shared == frameKey.Length)
            return frameKey;
        var key = new byte[shared + rest.Length];
        frameKey.AsSpan(0, shared).CopyTo(key);
        rest.CopyTo(key.AsSpan(shared));
        return frameKey = key;
    }

    private KeyRecord ReadRecord(ref FrameReader reader, KeyHistory of)
    {
        var flags = reader.ReadByte();
        var mod = reader.ReadNumber(revision);
        var sub = (int)reader.ReadNumber(int.MaxValue);
        if (mod < FirstChange)
            throw Damage($"a record has revision {mod}, and the first change is revision {FirstChange}");
        if ((flags & ExportFormat.TombstoneFlag) != 0)
            return new KeyRecord(of, mod, sub);
        var create = mod - reader.ReadNumber(mod);
        var version = reader.ReadNumber(long.MaxValue);
        var lease = (flags & ExportFormat.LeaseFlag) != 0 ? reader.ReadFixed() : 0;
        if (version == 0)
            throw Damage($"a record of revision {mod} has version 0 and is no deletion");
        return new KeyRecord(of, mod, sub)
        {
            CreateRevision = create,
            Version = version,
            Lease = lease,
            Octets = reader.ReadOctets().ToArray(),
        };
    }

    private void BeginHistory(byte[] key)
    {
        EndHistory();
        if (history is not null && key.AsSpan().SequenceCompareTo(history.Key) <= 0)
            throw Damage("its keys are out of order");
        history = new KeyHistory(key);
        index.Append(history);
    }

    /// <summary>Counts a key that exists, and hangs it on its lease.</summary>
    private void EndHistory()
    {
        if (history?.Live is not { } live)
            return;
        counters.Keys++;
        counters.BytesInUse += live.EstimatedBytes;
        if (live.Lease != 0 && leases.Find(live.Lease) is null)
            throw Damage($"a key hangs on lease {live.Lease}, which is not there");
        leases.Move(history.Key, 0, live.Lease);
    }

    /// <summary>Puts the records of the log in their places. Every revision after the compacted one changed
    /// something, and the changes of a revision are counted from 0, so nothing has to be compared, and nothing can
    /// be missing without a hole.</summary>
    private RevisionLog OrderLog()
    {
        var first = Math.Max(compactedRevision, FirstChange);
        if (revision - first >= logged.Count)
            throw Damage($"{logged.Count} changes cannot be all from revision {first} to {revision}");
        var starts = new int[Math.Max(0, revision - first + 1) + 1];
        foreach (var record in logged)
            starts[record.ModRevision - first + 1]++;
        for (var number = 1; number < starts.Length; number++)
            starts[number] += starts[number - 1];
        var ordered = new KeyRecord[logged.Count];
        foreach (var record in logged)
        {
            var place = starts[record.ModRevision - first] + (long)record.SubRevision;
            if (place >= starts[record.ModRevision - first + 1] || ordered[place] is not null)
                throw Damage($"changes of revision {record.ModRevision} are missing or there twice");
            ordered[place] = record;
        }
        var log = new RevisionLog();
        foreach (var record in ordered)
            log.Append(record);
        return log;
    }
}
