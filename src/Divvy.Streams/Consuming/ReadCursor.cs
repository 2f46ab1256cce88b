using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>Where the reader of one shard is: decides what to ask an iterator for, and which records of an answer are
/// new. Pure.</summary>
/// <remarks>
/// <para>A checkpoint names a user record, which may lie inside an aggregate. Reading begins at its Kinesis record,
/// again, and what lies up to the checkpoint is left out.</para>
/// <para>An iterator lives for five minutes. When it has expired, reading goes on behind the last record that was read.
/// A reader at LATEST that has read nothing yet may not ask for LATEST again: what came since its first iterator would
/// be left out. It asks for the time of that one, less what clocks may differ by.</para>
/// <para>AT_TIMESTAMP is never answered by one emulator while no such record exists. After a failure it is asked for
/// as TRIM_HORIZON, and records that came earlier are left out.</para>
/// </remarks>
internal sealed class ReadCursor(Checkpoint start, DateTimeOffset? startTime)
{
    /// <summary>How far our clock may be ahead of the service's.</summary>
    public static readonly TimeSpan ClockMargin = TimeSpan.FromSeconds(5);

    private string? lastRead;
    private DateTimeOffset? latestSince;
    private bool timeRefused;
    private bool beyondStart;

    /// <summary>What to ask an iterator for, now.</summary>
    public ShardIteratorRequest Position
    {
        get
        {
            if (lastRead is not null)
                return ShardIteratorRequest.AfterSequenceNumber(lastRead);
            if (EarliestArrival is { } time)
                return timeRefused ? ShardIteratorRequest.TrimHorizon : ShardIteratorRequest.AtTimestamp(time);
            return ShardIteratorRequest.From(start, isInsideAggregate: true);
        }
    }

    private DateTimeOffset? EarliestArrival =>
        start == Checkpoint.AtTimestamp ? startTime : start == Checkpoint.Latest ? latestSince : null;

    /// <summary>An iterator was given for <see cref="Position"/>.</summary>
    /// <param name="now">The wall clock before it was asked for.</param>
    public void Positioned(DateTimeOffset now) => latestSince ??= now - ClockMargin;

    /// <summary>No iterator was given for <see cref="Position"/>.</summary>
    public void PositionFailed() => timeRefused = true;

    /// <summary>The records of an answer were taken; they are Kinesis records, not taken apart yet.</summary>
    public void Advance(IReadOnlyList<StreamRecord> records)
    {
        if (records.Count > 0)
            lastRead = records[^1].SequenceNumber;
    }

    /// <summary>Those of an answer's user records that are to be processed. Asked in the shard's order.</summary>
    public IReadOnlyList<StreamRecord> New(IReadOnlyList<StreamRecord> records)
    {
        if (records.Count > 0 && start.IsRecord && !beyondStart)
            return [.. records.Where(IsNew)];
        return timeRefused ? [.. records.Where(IsNew)] : records;
    }

    /// <summary>Whether a user record is to be processed. Asked in the shard's order.</summary>
    public bool IsNew(StreamRecord record)
    {
        if (start.IsRecord)
        {
            // Records only grow, so that one comparison of long numbers is enough once the start lies behind.
            beyondStart |= start.IsBefore(new Checkpoint(record.SequenceNumber, record.SubSequenceNumber));
            return beyondStart;
        }
        return !timeRefused || EarliestArrival is not { } time || record.ApproximateArrival >= time;
    }
}
