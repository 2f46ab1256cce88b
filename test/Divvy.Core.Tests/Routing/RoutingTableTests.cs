using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Routing;

namespace Divvy.Core.Tests.Routing;

public sealed class RoutingTableTests
{
    [Fact]
    public void Find_EmptyTable_IsNull()
    {
        RoutingTable.Empty.Find(0UL).ShouldBeNull();
        RoutingTable.Empty.Find("key").ShouldBeNull();
        RoutingTable.Empty.Find(new ShardId("0")).ShouldBeNull();
    }

    [Fact]
    public void Find_KeyOfAFixedLayout_IsTheShardWhoseRangeContainsItsHash()
    {
        var table = Fixed(10_000, 1);
        for (var i = 0; i < 5_000; i++)
        {
            var found = table.Find($"customer-{i}").ShouldNotBeNull();
            found.Range.Contains(KeyHash.Of($"customer-{i}")).ShouldBeTrue();
            table.Find(found.Shard).ShouldBe(found);
        }
    }

    [Fact]
    public void Find_HashInAGap_IsNull()
    {
        var table = Table(5, Route("a", 100, 200, 1), Route("b", 300, 400, 1));
        table.Find(99UL).ShouldBeNull();
        table.Find(100UL)!.Shard.Value.ShouldBe("a");
        table.Find(199UL)!.Shard.Value.ShouldBe("a");
        table.Find(200UL).ShouldBeNull();
        table.Find(399UL)!.Shard.Value.ShouldBe("b");
        table.Find(ulong.MaxValue).ShouldBeNull();
    }

    [Fact]
    public void Listed_OverlappingShards_AllStayAndNoKeyFindsThem()
    {
        RouteEntry[] routes = [Route("a", 0, 0, 1), Route("b", 0, 0, 2), Route("c", 5, 9, 3)];
        var table = RoutingTable.Empty.Apply(
            RoutingChange.Snapshot(new Revision(5), [.. routes]) with { IsListed = true });

        table.IsListed.ShouldBeTrue();
        table.Count.ShouldBe(3);
        table.Find(5UL).ShouldBeNull();
        table.Find("key").ShouldBeNull();
        table.Find(new ShardId("b")).ShouldBe(routes[1]);

        var later = table
            .Apply(RoutingChange.Delta(new Revision(8), [Route("d", 0, 0, 7)], [new ShardId("a")]))
            .WithNewer(Route("b", 0, 0, 9));
        later.IsListed.ShouldBeTrue();
        later.Entries.Select(entry => entry.Shard.Value).Order().ShouldBe(["b", "c", "d"]);
        later.Find(5UL).ShouldBeNull();
        later.Apply(RoutingChange.Snapshot(new Revision(20), [Route("e", 0, 0, 19)])).Find(5UL).ShouldNotBeNull(
            "the namespace was created anew with ranges");
    }

    [Fact]
    public void Find_ManyNarrowRangesInOneBucket_FindsEach()
    {
        var routes = Enumerable.Range(0, 1000).Select(i => Route($"s{i}", (ulong)i * 4, (ulong)i * 4 + 4, 1)).ToArray();
        var table = Table(5, routes);
        for (var hash = 0UL; hash < 4000; hash++) table.Find(hash)!.Shard.Value.ShouldBe($"s{hash / 4}");
        table.Find(4000UL).ShouldBeNull();
    }

    [Fact]
    public void Find_ShortKey_AllocatesNothing()
    {
        var table = Fixed(1000, 1);
        table.Find("customer-17");
        var before = GC.GetAllocatedBytesForCurrentThread();
        table.Find("customer-17");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Apply_DeltaWithANewOwner_ReplacesItAndLeavesTheOldTableAlone()
    {
        var before = Fixed(100, 1);
        var moved = before.Find(new ShardId("7"))! with { Generation = new(2), Revision = new(9), Address = "b" };

        var after = before.Apply(RoutingChange.Delta(new(9), [moved], []));

        after.Find(moved.Shard).ShouldBe(moved);
        after.Find(moved.Range.Start).ShouldBe(moved);
        after.Revision.ShouldBe(new Revision(9));
        before.Find(moved.Shard)!.Address.ShouldBe("a");
    }

    [Fact]
    public void Apply_DeltaThatSaysNothingNew_IsTheSameTable()
    {
        var table = Fixed(100, 5);
        table.Apply(RoutingChange.Delta(new(5), [table.Find(new ShardId("7"))!], [])).ShouldBeSameAs(table);
    }

    [Fact]
    public void Apply_OlderEntry_IsIgnored()
    {
        var table = Table(5, Route("a", 0, 0, 5));
        var stale = Route("a", 0, 0, 4) with { Address = "old" };
        table.Apply(RoutingChange.Delta(new(6), [stale], [])).Find(0UL)!.Address.ShouldBe("a");
        table.Apply(RoutingChange.Snapshot(new(4), [stale])).Find(0UL)!.Address.ShouldBe("a");
    }

    [Fact]
    public void Apply_SameRevision_TakesAnAddressButNeverLosesOne()
    {
        var unknown = Table(5, Route("a", 0, 0, 5) with { Address = null });
        var known = unknown.WithNewer(Route("a", 0, 0, 5));
        known.Find(0UL)!.Address.ShouldBe("a");
        known.WithNewer(Route("a", 0, 0, 5) with { Address = null }).Find(0UL)!.Address.ShouldBe("a");
    }

    [Fact]
    public void Apply_SnapshotOfALaggingServer_RemovesNothingItCannotKnow()
    {
        var table = Table(9, Route("a", 0, 100, 3), Route("b", 100, 200, 8));
        var lagging = table.Apply(RoutingChange.Snapshot(new(6), []));
        lagging.Find(new ShardId("a")).ShouldBeNull();
        lagging.Find(new ShardId("b")).ShouldNotBeNull();
        lagging.Revision.ShouldBe(new Revision(9));
    }

    [Fact]
    public void Apply_SnapshotWithAShardRemovedSince_DoesNotBringItBack()
    {
        var table = Table(5, Route("a", 0, 100, 3)).Apply(RoutingChange.Delta(new(9), [], [new("a")]));
        table.Count.ShouldBe(0);
        table.Apply(RoutingChange.Snapshot(new(6), [Route("a", 0, 100, 3)])).Count.ShouldBe(0);
    }

    [Fact]
    public void Apply_RemovalOlderThanTheEntry_IsIgnored()
    {
        var table = Table(3, Route("a", 0, 100, 3)).WithNewer(Route("a", 0, 100, 8));
        table.Apply(RoutingChange.Delta(new(6), [], [new("a")])).Find(new ShardId("a")).ShouldNotBeNull();
    }

    [Fact]
    public void Apply_RemovedAndCreatedAgainInOneDelta_IsThere()
    {
        var table = Table(3, Route("a", 0, 100, 3));
        table.Apply(RoutingChange.Delta(new(9), [Route("a", 0, 100, 8)], [new("a")])).Count.ShouldBe(1);
        table.Apply(RoutingChange.Delta(new(9), [Route("a", 0, 100, 2)], [new("a")])).Count.ShouldBe(0);
    }

    [Fact]
    public void Apply_Split_ReplacesTheParentByItsChildren()
    {
        var table = Table(5, Route("p", 0, 200, 3), Route("q", 200, 0, 3));
        var split = table.Apply(RoutingChange.Delta(
            new(9), [Route("c1", 0, 100, 9), Route("c2", 100, 200, 9)], [new("p")]));
        split.Entries.Select(entry => entry.Shard.Value).ShouldBe(["c1", "c2", "q"]);
        split.Find(100UL)!.Shard.Value.ShouldBe("c2");
    }

    [Fact]
    public void WithNewer_ChildOfASplitNotYetHeardOf_EvictsTheParentAndLeavesAGap()
    {
        var table = Table(5, Route("p", 0, 200, 3)).WithNewer(Route("c1", 0, 100, 9));
        table.Find(50UL)!.Shard.Value.ShouldBe("c1");
        table.Find(150UL).ShouldBeNull();
        table.Revision.ShouldBe(new Revision(5));
    }

    [Fact]
    public void Apply_ParentAndChildrenOfOneTransaction_KeepsTheChildren()
    {
        var table = Table(9, Route("p", 0, 200, 9), Route("c1", 0, 100, 9), Route("c2", 100, 200, 9));
        table.Entries.Select(entry => entry.Shard.Value).ShouldBe(["c1", "c2"]);
    }

    private static RoutingTable Fixed(int count, long revision) => Table(revision, FixedLayout.Shards(count)
        .Select(shard => Route(shard.Shard.Value, shard.Range.Start, shard.Range.End, revision)).ToArray());

    private static RoutingTable Table(long revision, params RouteEntry[] routes) =>
        RoutingTable.Empty.Apply(RoutingChange.Snapshot(new(revision), [.. routes]));

    private static RouteEntry Route(string shard, ulong start, ulong end, long revision) =>
        new(new(shard), new(start, end), new(1), new(revision), new SessionRef(new("i1"), new(1)), "a");
}
