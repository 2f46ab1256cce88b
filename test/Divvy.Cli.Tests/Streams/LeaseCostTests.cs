using Divvy.Cli.Streams.Lab;
using Divvy.Cli.Streams.Leases;
using Divvy.Core.Streams;

namespace Divvy.Cli.Tests.Streams;

public sealed class LeaseCostTests
{
    [Fact]
    public void Of_CountersThatMoved_AreRenewalsButForTheCheckpoints()
    {
        var cost = LeaseCost.Of(
            Look(0, Lease("a", 5), Lease("b", 7)), Look(10_000, Lease("a", 8), Lease("b", 9)), 3, beats: 4);

        (cost.Leases, cost.Seconds, cost.Writes).ShouldBe((2, 10.0, 5L));
        cost.RenewalsPerLeaseDay.ShouldBe(2 / 20.0 * 86_400);
    }

    [Fact]
    public void Of_LeaseThatMoved_DoesNotCount()
    {
        var moved = Lease("a", 9) with { Owner = "other" };

        LeaseCost.Of(Look(0, Lease("a", 5)), Look(10_000, moved), 0, null).Leases.ShouldBe(0);
    }

    [Fact]
    public void ToString_OfOneDay_SaysWritesForEachLease() =>
        LeaseCost.Of(Look(0, Lease("a", 0)), Look(86_400_000, Lease("a", 30)), 10, 7).ToString().ShouldBe(
            "1 leases for 86400.0 s, for each lease and day: 20 renewals, 10 checkpoints, 7 beats of workers");

    private static StreamLease Lease(string key, long counter) => new(key) { Owner = "w", Counter = counter };

    private static LeaseLook Look(double atMs, params StreamLease[] leases) => new(atMs, LeaseDistribution.Of(leases));
}
