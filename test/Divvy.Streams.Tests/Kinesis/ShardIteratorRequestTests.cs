using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Tests.Kinesis;

public sealed class ShardIteratorRequestTests
{
    private static readonly DateTimeOffset time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void From_EachCheckpoint_IsWhereAReaderGoesOn()
    {
        ShardIteratorRequest.From(Checkpoint.TrimHorizon).ShouldBe(ShardIteratorRequest.TrimHorizon);
        ShardIteratorRequest.From(Checkpoint.Latest).ShouldBe(ShardIteratorRequest.Latest);
        ShardIteratorRequest.From(Checkpoint.AtTimestamp, startTime: time)
            .ShouldBe(ShardIteratorRequest.AtTimestamp(time));
        ShardIteratorRequest.From(new Checkpoint("12")).ShouldBe(ShardIteratorRequest.AfterSequenceNumber("12"));
        ShardIteratorRequest.From(new Checkpoint("12", 3), isInsideAggregate: true)
            .ShouldBe(ShardIteratorRequest.AtSequenceNumber("12"));
    }

    [Fact]
    public void From_ShardEndOrNoTime_IsRefused()
    {
        Should.Throw<ArgumentException>(() => ShardIteratorRequest.From(Checkpoint.ShardEnd));
        Should.Throw<ArgumentException>(() => ShardIteratorRequest.From(Checkpoint.AtTimestamp));
        Should.Throw<ArgumentException>(() => ShardIteratorRequest.AtSequenceNumber("LATEST"));
    }
}
