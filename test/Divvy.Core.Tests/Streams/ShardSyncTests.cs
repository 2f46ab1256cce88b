using System.Collections.Immutable;
using Divvy.Core.Streams;

namespace Divvy.Core.Tests.Streams;

public sealed class ShardSyncTests
{
    private static readonly StreamShard[] split =
        [Shard("s0", closed: true), Shard("s1"), Shard("s2", parents: "s0"), Shard("s3", parents: "s0")];

    [Fact]
    public void Missing_NoLeases_AreOfTheEarliestGeneration() => Keys(split, []).ShouldBe(["s0", "s1"]);

    [Fact]
    public void Missing_ParentsNeedNotComeFirst_AreOfAllShards() =>
        Keys(split, [], parentsFirst: false).ShouldBe(["s0", "s1", "s2", "s3"]);

    [Fact]
    public void Missing_BeginAtTheNewest_AreOfOpenShards() =>
        Keys(split, [], initial: Checkpoint.Latest).ShouldBe(["s1", "s2", "s3"]);

    [Fact]
    public void Missing_ParentUnfinished_ChildrenWait() => Keys(split, [Lease("s0"), Lease("s1")]).ShouldBeEmpty();

    [Fact]
    public void Missing_ParentFinished_ChildrenBeginAtTheirOldestRecord()
    {
        var missing = Missing(split, [Finished("s0"), Lease("s1")], initial: Checkpoint.Latest);
        missing.Select(static lease => lease.Key).ShouldBe(["s2", "s3"]);
        missing.ShouldAllBe(static lease => lease.Checkpoint == Checkpoint.TrimHorizon);
    }

    [Fact]
    public void Missing_OneChildHasALease_OnlyItsSiblingIsMissing() =>
        Keys(split, [Finished("s0"), Lease("s1"), Lease("s2")]).ShouldBe(["s3"]);

    [Fact]
    public void Missing_FinishedParentWasCleanedUp_IsNotMadeAgain() =>
        Keys(split, [Lease("s1"), Lease("s2"), Lease("s3")]).ShouldBeEmpty();

    [Fact]
    public void Missing_ParentIsNotListedAnyMore_DoesNotHoldUp() =>
        Keys([Shard("s5", parents: "s4")], []).ShouldBe(["s5"]);

    [Theory]
    [InlineData(false, false, 0)]
    [InlineData(true, false, 0)]
    [InlineData(true, true, 1)]
    public void Missing_MergedShard_WaitsForBothParents(bool oneIsFinished, bool otherIsFinished, int missing)
    {
        StreamShard[] shards = [Shard("s0", closed: true), Shard("s1", closed: true), Shard("s2", false, "s0", "s1")];
        Keys(shards, [oneIsFinished ? Finished("s0") : Lease("s0"), otherIsFinished ? Finished("s1") : Lease("s1")])
            .Length.ShouldBe(missing);
    }

    [Fact]
    public void Missing_AskedAgain_IsEmpty()
    {
        var first = Missing(split, []);
        Missing(split, [.. first]).ShouldBeEmpty();
    }

    [Fact]
    public void Holes_ShardWithoutALease_IsFound()
    {
        var middle = UInt128.MaxValue / 2;
        StreamLease[] leases =
        [
            new("s1") { HashKeys = new HashKeyRange(0, middle - 1) },
            new("s2") { HashKeys = new HashKeyRange(middle, middle), Checkpoint = Checkpoint.ShardEnd },
            new("s3") { HashKeys = new HashKeyRange(middle + 1, UInt128.MaxValue) },
        ];
        HashRangeAudit.Holes(leases).ShouldBe([new HashKeyRange(middle, middle)]);
        HashRangeAudit.Holes(leases[..2]).ShouldBe([new HashKeyRange(middle, UInt128.MaxValue)]);
        HashRangeAudit.Holes([new("s1") { HashKeys = HashKeyRange.All }]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("TRIM_HORIZON", false)]
    [InlineData("17", true)]
    [InlineData("SHARD_END", true)]
    public void IsRemovable_FinishedParent_GoesWhenItsChildrenAreUnderWay(string checkpoint, bool goes)
    {
        var parent = Finished("s0") with { Children = ["s2"] };
        StreamLease[] rows = [parent, Lease("s2") with { Parents = ["s0"], Checkpoint = new Checkpoint(checkpoint) }];
        new Lineage(rows).IsRemovable(parent, shardIsListed: true).ShouldBe(goes);
    }

    [Fact]
    public void IsRemovable_ChildHasNoLeaseYet_Stays()
    {
        var parent = Finished("s0") with { Children = ["s2", "s3"] };
        StreamLease[] rows = [parent, Lease("s2") with { Parents = ["s0"], Checkpoint = new Checkpoint("17") }];
        new Lineage(rows).IsRemovable(parent, shardIsListed: true).ShouldBeFalse();
    }

    private static StreamShard Shard(string id, bool closed = false, params string[] parents) =>
        new(id, [.. parents], HashKeyRange.All, closed);

    private static StreamLease Lease(string key) => new(key);

    private static StreamLease Finished(string key) => new(key) { Checkpoint = Checkpoint.ShardEnd };

    private static IReadOnlyList<StreamLease> Missing(
        StreamShard[] shards, StreamLease[] leases, bool parentsFirst = true, Checkpoint? initial = null) =>
        ShardSync.Missing(shards, leases, parentsFirst, initial ?? Checkpoint.TrimHorizon, static shard => shard);

    private static ImmutableArray<string> Keys(
        StreamShard[] shards, StreamLease[] leases, bool parentsFirst = true, Checkpoint? initial = null) =>
        [.. Missing(shards, leases, parentsFirst, initial).Select(static lease => lease.Key)];
}
