using Divvy.Consensus.Mvcc;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>What the conformance suite cannot see from outside; the rules of etcd's API are tested there.</summary>
public sealed class MvccStoreTests
{
    private readonly Driver driver = new();

    [Fact]
    public void Apply_GapOrRepeatInTheLog_IsRefusedLoudly()
    {
        driver.Put("a", "1");

        Should.Throw<InvalidOperationException>(() => driver.Store.Apply(1, new CompactCommand(1)));
        Should.Throw<InvalidOperationException>(() => driver.Store.Apply(3, new CompactCommand(1)));
    }

    [Fact]
    public void Apply_RefusedCommand_TakesItsPlaceInTheLogAndChangesNothing()
    {
        var result = driver.Apply(new PutOperation(Bytes("a"), Bytes("1")) { Lease = 404 });

        result.Outcome.ShouldBe(MvccOutcome.LeaseNotFound);
        driver.Store.AppliedIndex.ShouldBe(1);
        driver.Store.Revision.ShouldBe(1);
        driver.Store.LastChanges.ShouldBeEmpty();
    }

    [Fact]
    public void Read_TransactionThatCouldWrite_IsRefusedLoudly()
    {
        var txn = new TxnOperation([], [], [new PutOperation(Bytes("a"), Bytes("1"))]);

        Should.Throw<ArgumentException>(() => driver.Store.Read(txn));
    }

    [Fact]
    public void Records_KeptByAReader_DoNotChangeWhenTheStoreDoes()
    {
        driver.Put("a", "1");
        var record = driver.Store.Range(new RangeOperation(KeyRange.Single(Bytes("a")))).Records[0];
        driver.Put("a", "2");
        driver.Apply(new CompactCommand(3));

        Text(record.Value).ShouldBe("1");
        record.ModRevision.ShouldBe(2);
        record.Version.ShouldBe(1);
    }

    [Fact]
    public void Statistics_AfterCompaction_AreThoseOfTheNewestState()
    {
        for (var put = 0; put < 100; put++)
            driver.Put($"k{put % 10}", "value");
        driver.Delete("k0");
        var before = driver.Store.Statistics();

        driver.Compact(driver.Store.Revision);

        var after = driver.Store.Statistics();
        before.Records.ShouldBe(101);
        before.Bytes.ShouldBeGreaterThan(before.BytesInUse);
        after.Keys.ShouldBe(9);
        after.Records.ShouldBe(9);
        after.CompactedRecords.ShouldBe(92);
        after.Bytes.ShouldBe(after.BytesInUse);
        after.BytesInUse.ShouldBe(before.BytesInUse);
    }

    [Fact]
    public void Compact_InSteps_ForgetsAsMuchAsAtOnce()
    {
        var atOnce = new Driver();
        foreach (var store in new[] { driver, atOnce })
        {
            for (var put = 0; put < 60; put++)
            {
                store.Put($"k{put % 7}", "v");
                if (put % 11 == 0)
                    store.Delete($"k{put % 7}");
            }
        }
        for (var revision = 2; revision <= driver.Store.Revision; revision++)
            driver.Compact(revision);
        atOnce.Compact(atOnce.Store.Revision);

        driver.Store.Statistics().Records.ShouldBe(atOnce.Store.Statistics().Records);
        driver.Store.Statistics().Bytes.ShouldBe(atOnce.Store.Statistics().Bytes);
    }

    [Fact]
    public void Compact_ToZero_IsPossibleOnceAsInEtcd()
    {
        driver.Apply(new CompactCommand(0)).Outcome.ShouldBe(MvccOutcome.Ok);
        driver.Apply(new CompactCommand(0)).Outcome.ShouldBe(MvccOutcome.Compacted);
    }

    [Fact]
    public void Checkpoint_KnownLease_IsKeptForTheNextLeader()
    {
        driver.Apply(new LeaseGrantCommand(5, 600));

        driver.Apply(new LeaseCheckpointCommand(5, 100)).Outcome.ShouldBe(MvccOutcome.Ok);

        driver.Store.FindLease(5)!.CheckpointSeconds.ShouldBe(100);
        driver.Apply(new LeaseCheckpointCommand(6, 100)).Outcome.ShouldBe(MvccOutcome.LeaseNotFound);
    }

    [Fact]
    public void Grant_BelowTheMinimum_IsRaisedToIt()
    {
        var store = new MvccStore(new MvccOptions { MinLeaseTtlSeconds = 3 });

        ((LeaseGrantResult)store.Apply(1, new LeaseGrantCommand(5, -7))).TtlSeconds.ShouldBe(3);
    }
}
