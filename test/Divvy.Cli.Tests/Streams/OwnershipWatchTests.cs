using Divvy.Cli.Streams.Lab;
using Divvy.Cli.Streams.Leases;
using Divvy.Core.Streams;

namespace Divvy.Cli.Tests.Streams;

public sealed class OwnershipWatchTests
{
    private readonly OwnershipWatch watch = new();

    [Fact]
    public void Take_HandoverWithItsNextOwnerNamed_IsOwned()
    {
        watch.Take(Look(0, new StreamLease("shard") { Owner = "a" }));
        watch.Take(Look(1, new StreamLease("shard") { Owner = "b", YieldingOwner = "a" }));

        (watch.Looks, watch.Abandoned, watch.New).ShouldBe((2, 0, 0));
    }

    [Fact]
    public void Take_LeaseThatLostItsOwner_IsAbandoned()
    {
        watch.Know(Look(0, new StreamLease("shard") { Owner = "a" }));

        watch.Take(Look(1, new StreamLease("shard")));

        (watch.Looks, watch.Abandoned, watch.New).ShouldBe((1, 1, 0));
    }

    [Fact]
    public void Take_NewLease_IsTimedUntilItsFirstOwner()
    {
        watch.Take(Look(100, new StreamLease("child")));
        watch.Take(Look(350, new StreamLease("child")));
        watch.Take(Look(900, new StreamLease("child") { Owner = "a" }));

        (watch.Abandoned, watch.New, watch.LongestNewMs).ShouldBe((0, 1, 250.0));
    }

    [Fact]
    public void Take_FinishedLease_NeedsNobody()
    {
        watch.Take(Look(0, new StreamLease("shard") { Owner = "a" }));
        watch.Take(Look(1, new StreamLease("shard") { Checkpoint = Checkpoint.ShardEnd }));

        watch.Abandoned.ShouldBe(0);
    }

    private static LeaseLook Look(double atMs, params StreamLease[] leases) => new(atMs, LeaseDistribution.Of(leases));
}
