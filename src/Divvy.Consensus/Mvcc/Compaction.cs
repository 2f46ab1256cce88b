namespace Divvy.Consensus.Mvcc;

/// <summary>
/// The work that a compaction leaves behind. Compacting to a revision only moves a mark: from then on reads below it
/// are refused, and what it made superfluous is invisible. Taking that off the histories and the log is done here,
/// record by record in the order of the log, so in slices as short as the owner likes, the oldest compaction first.
/// <para>A record that is superseded or deleted at or below the mark goes from its key's history; a history that is
/// left empty goes from the index. The log loses what lies below the mark; the changes of the very revision stay, so
/// that a watch may start there and still be told of its deletions. Pins hold all of this back.</para>
/// </summary>
internal sealed class Compaction(KeyIndex index, RevisionLog log, RevisionPins pins, MvccCounters counters)
{
    /// <summary>How many records at the head of the log were dealt with and stay until the mark moves on.</summary>
    private int dealtWith;

    /// <summary>Reads below it are refused. -1 before the first compaction, as in etcd, where compacting to 0 is thus
    /// possible once.</summary>
    public long Revision { get; private set; } = -1;

    /// <summary>Records that are to be looked at.</summary>
    public int Backlog => log.FirstAtOrAfter(Revision + 1) - dealtWith;

    public void CompactTo(long revision) => Revision = revision;

    /// <summary>Takes over the mark of a store that has no work left.</summary>
    public void Load(long revision)
    {
        Revision = revision;
        dealtWith = log.FirstAtOrAfter(revision + 1);
    }

    /// <summary>Whether nothing is left of what a compaction to this revision made superfluous.</summary>
    public bool IsDone(long revision) =>
        revision <= Revision
        && (dealtWith == log.Count || log[dealtWith].ModRevision > revision)
        && (log.Count == 0 || log[0].ModRevision >= revision);

    /// <summary>Looks at some records; false when there is nothing left to do, or nothing that pins allow.</summary>
    public bool Step(int maxRecords)
    {
        var floor = Math.Min(Revision, pins.Lowest);
        for (var left = maxRecords; left > 0; left--)
        {
            if (dealtWith > 0 && log[0].ModRevision < floor)
            {
                log.RemoveFirst();
                dealtWith--;
            }
            else if (dealtWith < log.Count && log[dealtWith].ModRevision <= floor)
            {
                TakeOff(log[dealtWith++]);
            }
            else
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Takes what this record supersedes off its history, and the record too when it is a
    /// tombstone.</summary>
    private void TakeOff(KeyRecord record)
    {
        var history = record.History;
        var superfluous = history.FirstAfter(record.ModRevision, record.SubRevision) - (record.IsTombstone ? 0 : 1);
        for (; superfluous > 0; superfluous--)
        {
            counters.Bytes -= history.RemoveFirst().EstimatedBytes;
            counters.Records--;
            counters.CompactedRecords++;
        }
        if (history.Count == 0)
            index.Remove(history);
    }
}
