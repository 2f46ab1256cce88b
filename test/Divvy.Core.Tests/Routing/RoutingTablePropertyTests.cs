using System.Collections.Immutable;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Routing;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Core.Tests.Routing;

/// <summary>Histories of a store (moves, splits, removals), told to a table by servers that lag and repeat
/// themselves.</summary>
public sealed class RoutingTablePropertyTests
{
    [Fact]
    public void Apply_DeltasInOrder_EqualsTheSnapshotOfTheEnd() =>
        Prop.ForAll(Histories, history =>
        {
            var table = RoutingTable.Empty;
            for (var i = 0; i < history.Length; i++) table = table.Apply(Delta(history, i));
            AssertSame(table, history[^1]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Apply_SnapshotsOfLaggingServersInBetween_NeverMovesAnEntryBackAndEndsTheSame() =>
        Prop.ForAll(Histories, Gen.Choose(0, 1000).ListOf(30).ToArbitrary(), (history, lags) =>
        {
            var table = RoutingTable.Empty;
            for (var i = 0; i < history.Length; i++)
            {
                table = Advance(table, Delta(history, i));
                var lagging = history[lags[i % lags.Count] % (i + 1)];
                table = Advance(table, RoutingChange.Snapshot(lagging.Revision, lagging.Routes));
                foreach (var hint in lagging.Routes.Take(3)) table = Advance(table, hint);
            }
            AssertSame(table, history[^1]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Find_AnyHash_AgreesWithTheEntries() =>
        Prop.ForAll(Histories, Gen.Choose(0, 4095).ListOf(40).ToArbitrary(), (history, points) =>
        {
            var last = history[^1];
            var table = RoutingTable.Empty.Apply(RoutingChange.Snapshot(last.Revision, last.Routes));
            foreach (var point in points)
            {
                var hash = (ulong)point << 52;
                table.Find(hash).ShouldBe(last.Routes.SingleOrDefault(route => route.Range.Contains(hash)));
                table.Find(hash - 1).ShouldBe(last.Routes.SingleOrDefault(route => route.Range.Contains(hash - 1)));
            }
        }).QuickCheckThrowOnFailure();

    private sealed record Moment(Revision Revision, ImmutableArray<RouteEntry> Routes);

    private static Arbitrary<Moment[]> Histories { get; } = Gen.Choose(0, int.MaxValue).ListOf(30)
        .Select(choices => History([.. choices])).ToArbitrary();

    private static Moment[] History(int[] choices)
    {
        var routes = FixedLayout.Shards(4).Select(shard => Route(shard.Shard.Value, shard.Range, 1, 0)).ToList();
        var moments = new List<Moment> { new(new(1), [.. routes]) };
        for (var i = 0; i < choices.Length; i++)
        {
            var revision = i + 2;
            var victim = choices[i] / 7 % Math.Max(1, routes.Count);
            switch (choices[i] % 7)
            {
                case 0 when routes.Count > 1:
                    routes.RemoveAt(victim);
                    break;
                case 1 when routes.Count > 0 && routes[victim].Range.Width > 1UL << 52:
                    var parent = routes[victim].Range;
                    var (low, high) = parent.SplitAt(parent.Start + (ulong)(parent.Width / 2));
                    routes.RemoveAt(victim);
                    routes.Add(Route($"{revision}-low", low, revision, choices[i]));
                    routes.Add(Route($"{revision}-high", high, revision, choices[i]));
                    break;
                case > 1 when routes.Count > 0:
                    routes[victim] = Route(routes[victim].Shard.Value, routes[victim].Range, revision, choices[i]);
                    break;
            }
            moments.Add(new(new(revision), [.. routes]));
        }
        return [.. moments];
    }

    private static RouteEntry Route(string shard, HashRange range, long revision, int owner)
    {
        var session = new SessionRef(new($"i{owner % 5}"), new(1));
        return new(new(shard), range, new(revision), new(revision), session, $"at-{owner % 5}");
    }

    private static RoutingChange Delta(Moment[] history, int at)
    {
        if (at == 0) return RoutingChange.Snapshot(history[0].Revision, history[0].Routes);
        var (before, after) = (history[at - 1], history[at]);
        return RoutingChange.Delta(
            after.Revision,
            [.. after.Routes.Except(before.Routes)],
            [.. before.Routes.Select(r => r.Shard).Except(after.Routes.Select(r => r.Shard))]);
    }

    private static RoutingTable Advance(RoutingTable table, RoutingChange change) =>
        AssertForward(table, table.Apply(change));

    private static RoutingTable Advance(RoutingTable table, RouteEntry hint) =>
        AssertForward(table, table.WithNewer(hint));

    private static RoutingTable AssertForward(RoutingTable before, RoutingTable after)
    {
        after.Revision.ShouldBeGreaterThanOrEqualTo(before.Revision);
        foreach (var entry in before.Entries)
        {
            if (after.Find(entry.Shard) is { } now) now.Revision.ShouldBeGreaterThanOrEqualTo(entry.Revision);
        }
        return after;
    }

    private static void AssertSame(RoutingTable table, Moment moment)
    {
        table.Revision.ShouldBe(moment.Revision);
        table.Entries.ShouldBe(moment.Routes.OrderBy(route => route.Range.Start));
    }
}
