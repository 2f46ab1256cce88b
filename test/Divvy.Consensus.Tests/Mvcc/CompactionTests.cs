using Divvy.Consensus.Mvcc;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc;

public sealed class CompactionTests
{
    private static readonly RangeOperation everything = new(KeyRange.From(new byte[1]));

    private readonly Driver driver = new();

    [Fact]
    public void Apply_Compact_AnswersBeforeTheWorkIsDone()
    {
        PutMany(100);

        driver.Apply(new CompactCommand(101)).Outcome.ShouldBe(MvccOutcome.Ok);

        driver.Store.CompactedRevision.ShouldBe(101);
        driver.Store.Range(everything with { Revision = 100 }).Outcome.ShouldBe(MvccOutcome.Compacted);
        driver.Store.Statistics().Records.ShouldBe(100);
        driver.Store.CompactionBacklog.ShouldBe(100);
        driver.Store.IsPhysicallyCompacted(101).ShouldBeFalse();
    }

    [Fact]
    public void CompactStep_UntilItIsDone_LooksAtNoMoreThanItWasTold()
    {
        PutMany(100);
        driver.Apply(new CompactCommand(101));
        var before = driver.Store.CompactionBacklog;

        while (driver.Store.CompactStep(7))
        {
            (before - driver.Store.CompactionBacklog).ShouldBeLessThanOrEqualTo(7);
            before = driver.Store.CompactionBacklog;
        }

        driver.Store.CompactionBacklog.ShouldBe(0);
        driver.Store.Statistics().Records.ShouldBe(10);
        driver.Store.Statistics().CompactedRecords.ShouldBe(90);
        driver.Store.IsPhysicallyCompacted(101).ShouldBeTrue();
        driver.Store.IsPhysicallyCompacted(102).ShouldBeFalse("nobody compacted to that");
    }

    [Fact]
    public void IsPhysicallyCompacted_OneRecordLeft_SaysNo()
    {
        PutMany(100);
        driver.Apply(new CompactCommand(101));

        while (!driver.Store.IsPhysicallyCompacted(101))
            driver.Store.CompactStep(1).ShouldBeTrue();

        driver.Store.Statistics().Records.ShouldBe(10);
        driver.Store.CompactionBacklog.ShouldBe(0);
    }

    [Fact]
    public void CompactStep_SecondCompactionWaiting_FinishesTheOldestFirst()
    {
        PutMany(100);
        driver.Apply(new CompactCommand(21));
        driver.Apply(new CompactCommand(101));

        while (!driver.Store.IsPhysicallyCompacted(21))
            driver.Store.CompactStep(1).ShouldBeTrue();

        driver.Store.CompactionBacklog.ShouldBeGreaterThan(70);
        driver.Store.IsPhysicallyCompacted(101).ShouldBeFalse();
    }

    [Fact]
    public void CompactStep_ReaderInProgress_LeavesWhatItNeeds()
    {
        PutMany(100);
        var cursor = driver.Store.Begin(everything with { Revision = 50 }, 1);
        driver.Compact(101);

        driver.Store.Statistics().Pins.ShouldBe(1);
        driver.Store.IsPhysicallyCompacted(101).ShouldBeFalse();
        driver.Store.IsPhysicallyCompacted(50).ShouldBeTrue("nobody needs what is older");
        driver.Store.Range(everything with { Revision = 50 }).Outcome.ShouldBe(MvccOutcome.Compacted);
        cursor.Step(1000).ShouldBeFalse();
        cursor.Result().Records.Select(record => record.ModRevision)
            .ShouldBe(Enumerable.Range(41, 10).Select(revision => (long)revision), ignoreOrder: true);

        driver.Store.CompactStep(1000).ShouldBeFalse();
        driver.Store.IsPhysicallyCompacted(101).ShouldBeTrue();
        driver.Store.Statistics().Pins.ShouldBe(0);
    }

    [Fact]
    public void Release_ReaderThatGaveUp_HoldsNothingBack()
    {
        PutMany(100);
        var cursor = driver.Store.Begin(everything, 1);
        driver.Store.Statistics().Pins.ShouldBe(1);

        cursor.Release();
        cursor.Release();

        driver.Store.Statistics().Pins.ShouldBe(0);
        Should.Throw<InvalidOperationException>(() => cursor.Step(1));
        Should.Throw<InvalidOperationException>(() => cursor.Result());
    }

    [Fact]
    public void Begin_RangeThatEndsInTheFirstPiece_PinsNothing()
    {
        PutMany(20);

        var cursor = driver.Store.Begin(everything, 11);

        cursor.IsDone.ShouldBeTrue();
        driver.Store.Statistics().Pins.ShouldBe(0);
        cursor.Result().Count.ShouldBe(10);
    }

    [Fact]
    public void Get_OneKey_AgreesWithRangeAndAllocatesNothing()
    {
        PutMany(30);
        driver.Delete("k3");
        driver.Apply(new CompactCommand(10));
        for (var revision = 8L; revision <= driver.Store.Revision + 1; revision++)
        {
            var range = driver.Store.Range(new RangeOperation(KeyRange.Single(Bytes("k3"))) { Revision = revision });
            driver.Store.Get("k3"u8, revision, out var record).ShouldBe(range.Outcome);
            record.ShouldBe(range.Records.SingleOrDefault());
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        driver.Store.Get("k5"u8, 0, out _);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Put_SliceOfALargeBuffer_KeepsNoneOfTheRest()
    {
        var request = new byte[1000];

        driver.Apply(new PutOperation(Bytes("a"), request.AsMemory(10, 20)));
        request.AsSpan().Fill(7);

        driver.Store.Get("a"u8, 0, out var record);
        record!.Value.ToArray().ShouldBe(new byte[20]);
    }

    private void PutMany(int count)
    {
        for (var put = 0; put < count; put++)
            driver.Put($"k{put % 10}", $"{put}");
    }
}
