using Divvy.Cli.Streams.Consuming;
using Divvy.Cli.Streams.Lab;

namespace Divvy.Cli.Tests.Streams;

public sealed class LateBatchesTests
{
    private readonly LateBatches batches = new("sleeper");

    [Fact]
    public void InTheMiddle_RecordsWithoutCheckpoint_NamesTheShard()
    {
        Take("sleeper", ConsumeEvent.Record, "s1", 1);
        Take("sleeper", ConsumeEvent.Record, "s2", 2);
        Take("sleeper", ConsumeEvent.Checkpointed, "s2");
        Take("other", ConsumeEvent.Record, "s3", 3);

        batches.InTheMiddle.ShouldBe(["s1"]);
    }

    [Fact]
    public void Missing_RefusedBatch_IsWhatNobodyElseProcessed()
    {
        Take("other", ConsumeEvent.Record, "s1", 1);
        Take("sleeper", ConsumeEvent.Record, "s1", 1);
        Take("sleeper", ConsumeEvent.Record, "s1", 2);
        Take("sleeper", ConsumeEvent.Refused, "s1");

        (batches.Unkept, batches.Missing).ShouldBe((2, 1));
        Take("other", ConsumeEvent.Record, "s1", 2);
        batches.Missing.ShouldBe(0);
    }

    [Fact]
    public void Unkept_CheckpointedBatch_IsKept()
    {
        Take("sleeper", ConsumeEvent.Record, "s1", 1);
        Take("sleeper", ConsumeEvent.Checkpointed, "s1");
        Take("sleeper", ConsumeEvent.Lost, "s1");

        (batches.Unkept, batches.Missing).ShouldBe((0, 0));
    }

    private void Take(string worker, ConsumeEvent happened, string shard, long number = 0) =>
        batches.Take(new(0, worker, happened, shard, "run", "key", number));
}
