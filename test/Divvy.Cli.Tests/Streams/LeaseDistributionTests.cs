using Divvy.Cli.Streams.Leases;
using Divvy.Core.Streams;

namespace Divvy.Cli.Tests.Streams;

public sealed class LeaseDistributionTests
{
    [Fact]
    public void Of_SevenSevenSix_IsBalanced()
    {
        var leases = Distribution(7, 7, 6);

        leases.Unfinished.Count.ShouldBe(20);
        leases.Workers.Select(worker => worker.Count).ShouldBe([7, 7, 6]);
        leases.Imbalance.ShouldBe(1);
        leases.State.ShouldBe(BalanceState.Balanced);
        leases.Variation.ShouldBe(7.07, tolerance: 0.01);
        leases.JudgeVariation().ShouldBe("Good balance (CV < 15%)");
    }

    [Theory]
    [InlineData("6 6 6 6 6", "Well balanced", "Excellent balance (CV < 5%)")]
    [InlineData("7 7 7 5 4", "Rebalancing in progress", "Fair balance (CV < 30%)")]
    [InlineData("8 9 9 2 2", "Rebalancing in progress", "Poor balance (CV >= 30%)")]
    [InlineData("12 12 1 2 3", "Significant imbalance detected", "Poor balance (CV >= 30%)")]
    public void State_CountsOfTheGuide_HaveItsWords(string counts, string state, string variation)
    {
        var leases = Distribution([.. counts.Split(' ').Select(int.Parse)]);

        LeaseText.State(leases.State).ShouldBe(state);
        leases.JudgeVariation().ShouldBe(variation);
    }

    [Fact]
    public void Of_FinishedAndFreeLeases_AreCountedApart()
    {
        StreamLease[] all =
        [
            new("a") { Owner = "w1", Checkpoint = Checkpoint.ShardEnd },
            new("b") { Owner = "w1", Parents = ["a"] },
            new("c") { Parents = ["a"] },
        ];

        var leases = LeaseDistribution.Of(all);

        leases.Finished.ShouldBe(1);
        leases.Unassigned.Select(lease => lease.Key).ShouldBe(["c"]);
        leases.Assigned.ShouldBe(1);
        leases.Children.ShouldBe(2);
        LeaseText.Monitor(leases).ShouldContain("WARNING: 1 active shards have no owner");
    }

    [Fact]
    public void Of_LeaseOnItsWay_CountsForWhoProcessesIt() =>
        LeaseDistribution.Of([new StreamLease("a") { Owner = "next", YieldingOwner = "now" }])
            .Workers.Single().Worker.ShouldBe("now");

    [Fact]
    public void Judge_MoreThanFiveFromTheIdeal_IsSaid()
    {
        var leases = Distribution(20, 8, 2);

        leases.Workers.Select(leases.Judge).ShouldBe(["Overloaded", "Balanced", "Underutilized"]);
    }

    [Fact]
    public void Of_Nothing_DividesByNothing()
    {
        var leases = LeaseDistribution.Of([]);

        leases.Variation.ShouldBe(0);
        leases.Ideal.ShouldBe(0);
    }

    private static LeaseDistribution Distribution(params int[] counts) => LeaseDistribution.Of(
        counts.SelectMany((count, worker) => Enumerable.Range(0, count).Select(
            lease => new StreamLease($"shard-{worker}-{lease}") { Owner = $"worker-{worker}" })));
}
