namespace Divvy.Consensus.Mvcc;

/// <summary>
/// A range that is read in pieces, with commands applied in between, and answers as if it had been read at once when
/// it began. It reads at one revision. While it has more to read it pins that revision: a compaction may move past
/// it, and is even seen by new readers, but takes off nothing that this one needs.
/// <para>The owner of the store serialises <see cref="Step"/> and <see cref="Release"/> with everything else;
/// <see cref="Result"/> works on the cursor's own list and may be called outside, which is where sorting
/// belongs.</para>
/// </summary>
public sealed class RangeCursor
{
    private readonly KeySpace keys;
    private readonly RangeOperation operation;
    private readonly List<KeyRecord> records = [];
    private readonly MvccOutcome outcome;
    private readonly long current;
    private readonly long fetchLimit;
    private KeyWalk walk;
    private long count;
    private bool isPinned;
    private bool isReleased;

    internal RangeCursor(KeySpace keys, RangeOperation operation)
    {
        this.keys = keys;
        this.operation = operation;
        current = keys.VisibleRevision;
        Revision = RangeRules.RevisionOf(operation, current);
        outcome = RangeRules.Check(operation, current, keys.CompactedRevision);
        fetchLimit = RangeRules.FetchLimit(operation);
        walk = new KeyWalk(keys.Index, operation.Keys);
        IsDone = outcome != MvccOutcome.Ok;
        if (!IsDone)
            keys.Counters.Ranges++;
    }

    /// <summary>The revision it reads at.</summary>
    public long Revision { get; }

    /// <summary>Whether everything was read, or the range was refused.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Reads on, past at most so many keys; true when there is more to read.
    /// <exception cref="InvalidOperationException">The cursor was released before its end.</exception></summary>
    public bool Step(int maxKeys)
    {
        if (isReleased)
            throw new InvalidOperationException("This cursor was released: what it had to read may be gone");
        for (var left = maxKeys; left > 0 && !IsDone; left--)
        {
            if (walk.MoveNext())
                Look(walk.Current!);
            else
                IsDone = true;
        }
        if (IsDone == isPinned)
            Pin(!IsDone);
        return !IsDone;
    }

    /// <summary>The answer.
    /// <exception cref="InvalidOperationException">There is more to read.</exception></summary>
    public RangeResult Result()
    {
        if (!IsDone)
            throw new InvalidOperationException("This range has more to read: its answer is not known yet");
        return outcome == MvccOutcome.Ok
            ? RangeRules.Finish(operation, current, records, count)
            : RangeReader.Refuse(outcome, current);
    }

    /// <summary>Gives up before the end. Without it a compaction would wait for ever; after the end it does
    /// nothing.</summary>
    public void Release()
    {
        if (isPinned)
            Pin(false);
        isReleased = !IsDone;
    }

    private void Look(KeyHistory history)
    {
        if (history.At(Revision) is not { } record)
            return;
        count++;
        if (records.Count < fetchLimit && RangeRules.IsWithinBounds(operation, record))
            records.Add(record);
    }

    private void Pin(bool wanted)
    {
        isPinned = wanted;
        if (wanted)
            keys.Pins.Add(Revision);
        else
            keys.Pins.Remove(Revision);
    }
}
