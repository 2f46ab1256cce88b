using Divvy.Cli.Streams.Consuming;

namespace Divvy.Cli.Tests.Streams;

public sealed class ConsumptionAuditTests
{
    [Fact]
    public void Take_EverythingOnceInOrder_FindsNothing()
    {
        var audit = Audit(0, 1, 2);

        audit.Duplicates.ShouldBe(0);
        audit.OrderBreaks.ShouldBe(0);
        audit.Lost("run", 3).ShouldBe(0);
    }

    [Fact]
    public void Take_RecordsAgainAfterAFailure_AreDuplicatesAndNoBreak()
    {
        var audit = Audit(0, 1, 2, 1, 2, 3);

        audit.Duplicates.ShouldBe(2);
        audit.OrderBreaks.ShouldBe(0);
    }

    [Fact]
    public void Take_EarlierRecordForTheFirstTime_IsABreak() => Audit(0, 2, 1).OrderBreaks.ShouldBe(1);

    [Fact]
    public void Lost_RecordThatNeverCame_IsCounted() => Audit(0, 2).Lost("run", 3).ShouldBe(1);

    [Fact]
    public void TryParse_WhatWasWritten_IsReadBack()
    {
        var entry = new ConsumeEntry(1_700_000_000_123.5, "pod-1", ConsumeEvent.Record, "shardId-1", "run", "key", 7);

        ConsumeEntry.TryParse(entry.ToString()).ShouldBe(entry);
        ConsumeEntry.TryParse("1700000000123.500 pod-1 Rec").ShouldBeNull();
    }

    private static ConsumptionAudit Audit(params long[] numbers)
    {
        var audit = new ConsumptionAudit();
        foreach (var number in numbers)
            audit.Take(new(0, "pod-1", ConsumeEvent.Record, "shard", "run", "key", number));
        return audit;
    }
}
