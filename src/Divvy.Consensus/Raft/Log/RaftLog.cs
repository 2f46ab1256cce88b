using System.Collections.Immutable;

namespace Divvy.Consensus.Raft.Log;

/// <summary>The replicated log of one member, in memory from the last compaction on, with four marks on it:
/// <code>
///   snapshot &lt;= applied &lt;= committed          what the cluster agreed on
///   snapshot &lt;= persisted &lt;= handed out       what this member's disk holds, and was asked to hold
/// </code>
/// The disk is the shell's: entries are handed out once to be written (<see cref="TakeUnwritten"/>) and reported back
/// (<see cref="Persisted"/>). Entries are handed out to be applied only when committed and on this member's own disk.
/// A conflicting suffix is cut (paper section 5.3); cutting something committed is impossible and fails
/// loudly.</summary>
internal sealed class RaftLog
{
    private readonly List<Entry> entries = [];
    private EntryId compacted;

    public RaftLog(Snapshot? snapshot, IEnumerable<Entry> stored)
    {
        Snapshot = snapshot;
        compacted = snapshot?.Last ?? EntryId.Zero;
        foreach (var entry in stored)
        {
            if (entry.Index <= compacted.Index)
                continue;
            Invariant.Check(entry.Index == LastIndex.Next, $"stored entry {entry} does not follow {LastId}");
            entries.Add(entry);
        }

        PersistedIndex = HandedOut = LastIndex;
        CommittedIndex = AppliedIndex = compacted.Index;
    }

    /// <summary>The newest snapshot this member can give to others.</summary>
    public Snapshot? Snapshot { get; private set; }

    public LogIndex CommittedIndex { get; private set; }

    /// <summary>The last entry handed out to be applied.</summary>
    public LogIndex AppliedIndex { get; private set; }

    public LogIndex PersistedIndex { get; private set; }

    public LogIndex HandedOut { get; private set; }

    public LogIndex FirstIndex => compacted.Index.Next;

    public LogIndex LastIndex => compacted.Index + (ulong)entries.Count;

    public EntryId LastId => entries.Count == 0 ? compacted : new EntryId(entries[^1].Term, entries[^1].Index);

    /// <summary>The term at an index; null when it is compacted away or not there yet.</summary>
    public Term? TermAt(LogIndex index)
    {
        if (index == compacted.Index)
            return compacted.Term;
        return index < FirstIndex || index > LastIndex ? null : entries[Offset(index)].Term;
    }

    /// <summary>The kind of an entry that is in memory.</summary>
    public EntryKind KindAt(LogIndex index) => entries[Offset(index)].Kind;

    public bool Matches(EntryId id) => TermAt(id.Index) == id.Term;

    /// <summary>Adds a leader's own entries at the end.</summary>
    public void Append(ReadOnlySpan<Entry> added)
    {
        foreach (var entry in added)
        {
            Invariant.Check(entry.Index == LastIndex.Next, $"entry {entry} does not follow {LastId}");
            entries.Add(entry);
        }
    }

    /// <summary>Takes what a leader sent after an entry both have: skips what is there, cuts what conflicts. Returns
    /// the last
    /// index known to match.</summary>
    public LogIndex Merge(EntryId previous, ImmutableArray<Entry> sent)
    {
        Invariant.Check(Matches(previous), $"the log does not hold {previous}");
        for (var i = 0; i < sent.Length; i++)
        {
            if (Matches(new EntryId(sent[i].Term, sent[i].Index)))
                continue;
            Cut(sent[i].Index);
            Append(sent.AsSpan()[i..]);
            break;
        }

        return previous.Index + (ulong)sent.Length;
    }

    public bool CommitTo(LogIndex index)
    {
        if (index <= CommittedIndex)
            return false;
        Invariant.Check(index <= LastIndex, $"commit {index} lies beyond the last entry {LastIndex}: the log was lost");
        CommittedIndex = index;
        return true;
    }

    /// <summary>The last index at or before <paramref name="index"/> whose term is at most <paramref name="term"/>:
    /// where two
    /// logs that differ may agree again. Skips a whole conflicting term at once (paper section 5.3, last
    /// paragraphs).</summary>
    public EntryId LastAtOrBefore(LogIndex index, Term term)
    {
        index = LogIndex.Min(index, LastIndex);
        while (index > compacted.Index && TermAt(index) > term)
            index = index.Previous;
        return new EntryId(TermAt(index) ?? Term.Zero, index);
    }

    /// <summary>Entries from an index on, up to a number of bytes but at least one; null when they are compacted
    /// away.</summary>
    public ImmutableArray<Entry>? Read(LogIndex from, ulong maxBytes)
    {
        if (from < FirstIndex)
            return null;
        return from > LastIndex ? [] : Take(from, LastIndex, maxBytes);
    }

    public ImmutableArray<Entry> TakeUnwritten()
    {
        if (HandedOut >= LastIndex)
            return [];
        var unwritten = Take(HandedOut.Next, LastIndex, ulong.MaxValue);
        HandedOut = LastIndex;
        return unwritten;
    }

    public ImmutableArray<Entry> TakeCommitted(ulong maxBytes)
    {
        var end = LogIndex.Min(CommittedIndex, PersistedIndex);
        if (AppliedIndex >= end)
            return [];
        var committed = Take(AppliedIndex.Next, end, maxBytes);
        AppliedIndex = committed[^1].Index;
        return committed;
    }

    /// <summary>The disk holds the log up to an entry. An entry that was cut meanwhile says nothing.</summary>
    public bool Persisted(EntryId last)
    {
        if (last.Index <= PersistedIndex || !Matches(last))
            return false;
        PersistedIndex = last.Index;
        return true;
    }

    /// <summary>Replaces the log by a snapshot that was received (paper section 7). It counts as handed out; the
    /// shell reports
    /// it persisted like entries.</summary>
    public void Restore(Snapshot snapshot)
    {
        Invariant.Check(
            snapshot.Last.Index > CommittedIndex, $"snapshot {snapshot.Last} is older than commit {CommittedIndex}");
        entries.Clear();
        compacted = snapshot.Last;
        Snapshot = snapshot;
        CommittedIndex = AppliedIndex = PersistedIndex = HandedOut = snapshot.Last.Index;
    }

    /// <summary>The shell has a snapshot of its own; entries up to <paramref name="upTo"/> are released.</summary>
    public void Compact(Snapshot snapshot, LogIndex upTo)
    {
        Invariant.Check(
            snapshot.Last.Index <= AppliedIndex, $"snapshot {snapshot.Last} is ahead of applied {AppliedIndex}");
        Invariant.Check(upTo <= snapshot.Last.Index, $"compaction to {upTo} goes beyond the snapshot {snapshot.Last}");
        if (Snapshot is null || snapshot.Last.Index > Snapshot.Last.Index)
            Snapshot = snapshot;
        if (upTo <= compacted.Index)
            return;
        var id = new EntryId(TermAt(upTo)!.Value, upTo);
        entries.RemoveRange(0, (int)(upTo - compacted.Index));
        compacted = id;
    }

    /// <summary>Bytes of the entries in (from, to].</summary>
    public ulong Bytes(LogIndex from, LogIndex to)
    {
        var bytes = 0ul;
        for (var index = LogIndex.Max(from.Next, FirstIndex); index <= to; index = index.Next)
            bytes += entries[Offset(index)].Size;
        return bytes;
    }

    private void Cut(LogIndex from)
    {
        if (from > LastIndex)
            return;
        Invariant.Check(from > CommittedIndex, $"entry {from} conflicts with the committed {CommittedIndex}");
        entries.RemoveRange(Offset(from), entries.Count - Offset(from));
        PersistedIndex = LogIndex.Min(PersistedIndex, from.Previous);
        HandedOut = LogIndex.Min(HandedOut, from.Previous);
    }

    private ImmutableArray<Entry> Take(LogIndex from, LogIndex to, ulong maxBytes)
    {
        var count = 1;
        var bytes = entries[Offset(from)].Size;
        while (from + (ulong)count <= to)
        {
            bytes += entries[Offset(from + (ulong)count)].Size;
            if (bytes > maxBytes)
                break;
            count++;
        }

        return [.. entries.GetRange(Offset(from), count)];
    }

    private int Offset(LogIndex index) => (int)(index - compacted.Index) - 1;
}
