using Divvy.Core.Streams;

namespace Divvy.Core.Tests.Streams;

public sealed class CheckpointTests
{
    [Fact]
    public void IsBefore_RecordNumbers_AreComparedAsNumbers()
    {
        new Checkpoint("9").IsBefore(new("10")).ShouldBeTrue();
        new Checkpoint("10").IsBefore(new("9")).ShouldBeFalse();
        new Checkpoint("10", 1).IsBefore(new("10", 2)).ShouldBeTrue();
        new Checkpoint("10", 2).IsBefore(new("10", 2)).ShouldBeFalse();
    }

    [Fact]
    public void IsBefore_Words_LieAroundTheRecords()
    {
        Checkpoint.TrimHorizon.IsBefore(new("0")).ShouldBeTrue();
        new Checkpoint("99").IsBefore(Checkpoint.ShardEnd).ShouldBeTrue();
        Checkpoint.ShardEnd.IsBefore(new("99")).ShouldBeFalse();
        Checkpoint.Latest.IsBefore(Checkpoint.TrimHorizon).ShouldBeFalse();
    }
}
