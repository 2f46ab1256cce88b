using Divvy.Core.Streams;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Tests.Consuming;

public sealed class ReadCursorTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Position_Places_AreAskedForAsSuch()
    {
        new ReadCursor(Checkpoint.TrimHorizon, null).Position.ShouldBe(ShardIteratorRequest.TrimHorizon);
        new ReadCursor(Checkpoint.Latest, null).Position.ShouldBe(ShardIteratorRequest.Latest);
        new ReadCursor(Checkpoint.AtTimestamp, Noon).Position.ShouldBe(ShardIteratorRequest.AtTimestamp(Noon));
    }

    [Fact]
    public void Position_Checkpoint_BeginsAtItsRecordAgain() =>
        new ReadCursor(new("50", 3), null).Position.ShouldBe(ShardIteratorRequest.AtSequenceNumber("50"));

    [Fact]
    public void IsNew_InsideAnAggregate_LeavesOutWhatLiesUpToTheCheckpoint()
    {
        var cursor = new ReadCursor(new("50", 1), null);

        var news = new[] { Record("50", 0), Record("50", 1), Record("50", 2), Record("51", 0) }.Select(cursor.IsNew);

        news.ShouldBe([false, false, true, true]);
    }

    [Fact]
    public void IsNew_NumbersOfDifferentLength_AreComparedAsNumbers() =>
        new ReadCursor(new("9"), null).IsNew(Record("10", 0)).ShouldBeTrue();

    [Fact]
    public void Position_AfterRecords_GoesOnBehindTheLastKinesisRecord()
    {
        var cursor = new ReadCursor(Checkpoint.TrimHorizon, null);

        cursor.Advance([Record("7", 0), Record("8", 0)]);
        cursor.Advance([]);

        cursor.Position.ShouldBe(ShardIteratorRequest.AfterSequenceNumber("8"));
    }

    [Fact]
    public void Position_LatestThatReadNothing_GoesOnFromTheTimeOfItsFirstIterator()
    {
        var cursor = new ReadCursor(Checkpoint.Latest, null);

        cursor.Positioned(Noon);
        cursor.Positioned(Noon.AddMinutes(6));

        cursor.Position.ShouldBe(ShardIteratorRequest.AtTimestamp(Noon - ReadCursor.ClockMargin));
    }

    [Fact]
    public void Position_TimeThatIsNotAnswered_ReadsFromTheStartAndLeavesOutEarlierRecords()
    {
        var cursor = new ReadCursor(Checkpoint.AtTimestamp, Noon);

        cursor.PositionFailed();

        cursor.Position.ShouldBe(ShardIteratorRequest.TrimHorizon);
        cursor.IsNew(Record("1", 0, Noon.AddSeconds(-1))).ShouldBeFalse();
        cursor.IsNew(Record("2", 0, Noon)).ShouldBeTrue();
    }

    private static StreamRecord Record(string sequenceNumber, long sub, DateTimeOffset arrival = default) => new()
    {
        PartitionKey = "key",
        SequenceNumber = sequenceNumber,
        SubSequenceNumber = sub,
        Data = Array.Empty<byte>(),
        ApproximateArrival = arrival,
    };
}
