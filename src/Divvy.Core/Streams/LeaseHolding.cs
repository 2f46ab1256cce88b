namespace Divvy.Core.Streams;

/// <summary>One lease that this worker holds.</summary>
/// <param name="row">The row as it was taken.</param>
/// <param name="term">The number of the holding.</param>
/// <param name="confirmedAt">When the write that took it was sent.</param>
internal sealed class LeaseHolding(StreamLease row, long term, TimeSpan confirmedAt)
{
    public long Term => term;

    /// <summary>The row as this worker last wrote or read it.</summary>
    public StreamLease Row { get; set; } = row;

    /// <summary>When the last write was sent that is known to have been made: nobody can have seen it earlier, so
    /// nobody counts its silence from earlier.</summary>
    public TimeSpan ConfirmedAt { get; set; } = confirmedAt;

    /// <summary>When the first of the writes was sent of which it is not known whether they were made.</summary>
    public TimeSpan? InDoubtSince { get; set; }

    /// <summary>When the last such write was sent, found out about or not: it may still arrive, and then this worker's
    /// next write finds the counter one ahead.</summary>
    public TimeSpan? LastDoubt { get; set; }

    /// <summary>Not before this is a failed write or read repeated.</summary>
    public TimeSpan RetryAt { get; set; }

    /// <summary>A write or a read of this row is under way.</summary>
    public bool IsBusy { get; set; }

    public HoldingPhase Phase { get; set; }

    public TimeSpan DueAt(TimeSpan renewAfter)
    {
        if (Phase == HoldingPhase.Finished || InDoubtSince is not null)
            return RetryAt;
        var renewal = ConfirmedAt + renewAfter;
        return renewal > RetryAt ? renewal : RetryAt;
    }
}
