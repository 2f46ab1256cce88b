using Divvy.Core.Streams;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Core.Tests.Streams;

public sealed class LeaseSharesTests
{
    [Fact]
    public void Plan_FromThreeToFiveWorkersWithThirtyLeases_MovesExactlyTwelve() =>
        Moves(Items(10, 10, 10), Workers(5)).ShouldBe(12);

    [Fact]
    public void Plan_ThirtyOneLeasesFromFourToFiveWorkers_DiffersByOneAtMost()
    {
        var plan = LeaseShares.Plan(Items(8, 8, 8, 7), Workers(5));
        plan.Values.CountBy(static worker => worker).Select(static pair => pair.Value).Order()
            .ShouldBe([6, 6, 6, 6, 7]);
    }

    [Fact]
    public void Plan_SomeMovesMade_KeepsChoosingTheOthers()
    {
        var before = LeaseShares.Plan(Items(12, 0, 0), Workers(3));
        var items = Items(12, 0, 0).Select(item => before[item.Key] == "w1" ? item with { Owner = "w1" } : item);
        LeaseShares.Plan([.. items], Workers(3)).ShouldBe(before);
    }

    [Fact]
    public void Plan_OneIsOnItsWay_MovesAnotherOne()
    {
        ShareItem[] items = [new("s1", "w0"), new("s2", "w0"), new("s3", "w0", IsMoving: true)];
        LeaseShares.Plan(items, Workers(3))["s3"].ShouldBe("w0");
    }

    [Fact]
    public void Plan_NoWorkers_IsEmpty() => LeaseShares.Plan(Items(1), []).ShouldBeEmpty();

    [Fact]
    public void Plan_AnySnapshot_IsBalancedCompleteAndMovesAsFewAsPossible() =>
        Prop.ForAll(Snapshots.ToArbitrary(), static snapshot =>
        {
            var workers = Workers(snapshot.Workers);
            var items = snapshot.Owners
                .Select((owner, number) => new ShareItem($"s{number:000}", owner < 0 ? null : workers[owner % workers.Count]))
                .ToList();
            var plan = LeaseShares.Plan(items, workers);
            var counts = workers.Select(worker => plan.Values.Count(to => to == worker)).ToList();
            plan.Count.ShouldBe(items.Count);
            (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(1);
            items.Count(item => item.Owner is not null && plan[item.Key] != item.Owner)
                .ShouldBe(FewestMoves(items, workers));
        }).QuickCheckThrowOnFailure();

    private static Gen<(int Workers, int[] Owners)> Snapshots =>
        from workers in Gen.Choose(1, 8)
        from owners in Gen.Choose(-1, 7).ArrayOf()
        select (workers, owners);

    /// <summary>Counted another way than the plan does: the shares in descending order are given to the workers in
    /// descending order of what they have.</summary>
    private static int FewestMoves(List<ShareItem> items, List<string> workers)
    {
        var held = workers.Select(worker => items.Count(item => item.Owner == worker)).OrderDescending().ToList();
        return held.Select((count, rank) =>
            Math.Max(0, count - (items.Count / workers.Count) - (rank < items.Count % workers.Count ? 1 : 0))).Sum();
    }

    private static int Moves(List<ShareItem> items, List<string> workers)
    {
        var plan = LeaseShares.Plan(items, workers);
        return items.Count(item => plan[item.Key] != item.Owner);
    }

    private static List<string> Workers(int count) => [.. Enumerable.Range(0, count).Select(number => $"w{number}")];

    private static List<ShareItem> Items(params int[] held) =>
    [
        .. held.SelectMany((count, worker) => Enumerable.Repeat($"w{worker}", count))
            .Select((owner, number) => new ShareItem($"s{number:000}", owner)),
    ];
}
