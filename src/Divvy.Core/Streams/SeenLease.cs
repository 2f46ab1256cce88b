namespace Divvy.Core.Streams;

/// <summary>A row as this worker saw it, and since when.</summary>
internal sealed class SeenLease(StreamLease row, TimeSpan now)
{
    public StreamLease Row { get; private set; } = row;

    /// <summary>When the row was first seen.</summary>
    public TimeSpan FirstSeen { get; } = now;

    /// <summary>When its present counter was first seen.</summary>
    public TimeSpan CounterSince { get; private set; } = now;

    /// <summary>When it was last read or written.</summary>
    public TimeSpan LearntAt { get; private set; } = now;

    /// <summary>Since when it has been seen with its present owners.</summary>
    public TimeSpan OwnersSince { get; private set; } = now;

    /// <summary>Since when it has been free without a break; null: it is not.</summary>
    public TimeSpan? FreeSince { get; set; }

    /// <summary>When it is to be looked at again while it is being handed to this worker.</summary>
    public TimeSpan LookAt { get; set; } = now;

    /// <summary>A write or a read of this row is under way.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Takes a newer state of the row. What was asked for before the present state was learnt is newer only if
    /// its counter says so; a smaller counter is an older state that arrived late, unless nothing else has come for the
    /// time a lease lasts: then the table was made anew. Returns whether it was taken.</summary>
    public bool Learn(StreamLease row, TimeSpan asked, TimeSpan now, TimeSpan duration)
    {
        if (row.Counter < Row.Counter ? now - LearntAt < duration : row.Counter == Row.Counter && asked < LearntAt)
            return false;
        if (row.Counter != Row.Counter)
            CounterSince = now;
        if (row.Owner != Row.Owner || row.YieldingOwner != Row.YieldingOwner)
            OwnersSince = LookAt = now;
        Row = row;
        LearntAt = now;
        return true;
    }

    /// <summary>Whether nobody has it, as this worker sees it: no owner, or one whose counter stood still for as long
    /// as a lease lasts.</summary>
    public bool IsFree(TimeSpan now, TimeSpan duration) => Row.Holder is null || now - CounterSince >= duration;
}
