using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Tests.Mvcc.Leases;

public sealed class LeaseDeadlinesTests
{
    private readonly LeaseDeadlines deadlines = new();

    [Fact]
    public void TakeDue_AtTheDeadline_GivesTheLeaseOnce()
    {
        deadlines.Start(1, Seconds(5), Seconds(0));

        deadlines.TakeDue(Seconds(4.999), 10).ShouldBeEmpty();
        deadlines.TakeDue(Seconds(5), 10).ShouldBe([1]);
        deadlines.TakeDue(Seconds(6), 10).ShouldBeEmpty();
    }

    [Fact]
    public void TakeDue_Renewed_CountsFromTheRenewal()
    {
        deadlines.Start(1, Seconds(5), Seconds(0));
        deadlines.TryRenew(1, Seconds(4)).ShouldBeTrue();

        deadlines.TakeDue(Seconds(8.9), 10).ShouldBeEmpty();
        deadlines.Remaining(1, Seconds(6)).ShouldBe(Seconds(3));
        deadlines.TakeDue(Seconds(9), 10).ShouldBe([1]);
    }

    [Fact]
    public void TryRenew_AtTheDeadline_IsTooLate()
    {
        deadlines.Start(1, Seconds(5), Seconds(0));

        deadlines.TryRenew(1, Seconds(5)).ShouldBeFalse("the lease is over, whether or not its revoke was applied");
        deadlines.TryRenew(2, Seconds(0)).ShouldBeFalse();
    }

    [Fact]
    public void TakeDue_Limit_GivesTheSoonestFirst()
    {
        deadlines.Start(3, Seconds(3), Seconds(0));
        deadlines.Start(1, Seconds(1), Seconds(0));
        deadlines.Start(2, Seconds(1), Seconds(0));

        deadlines.TakeDue(Seconds(9), 2).ShouldBe([1, 2]);
        deadlines.TakeDue(Seconds(9), 2).ShouldBe([3]);
    }

    [Fact]
    public void TakeDue_StoppedAndStartedAnew_FollowsTheNewOnly()
    {
        deadlines.Start(1, Seconds(100), Seconds(0));
        deadlines.Stop(1);
        deadlines.Start(1, Seconds(1), Seconds(0));

        deadlines.TakeDue(Seconds(1), 10).ShouldBe([1]);
        deadlines.Stop(1);
        deadlines.TakeDue(Seconds(200), 10).ShouldBeEmpty();
        deadlines.Remaining(1, Seconds(0)).ShouldBeNull();
    }

    [Fact]
    public void Rearm_RevokeLost_IsDueAgain()
    {
        deadlines.Start(1, Seconds(1), Seconds(0));
        deadlines.TakeDue(Seconds(1), 10);

        deadlines.Rearm(1);

        deadlines.TakeDue(Seconds(1), 10).ShouldBe([1]);
    }

    [Fact]
    public void Restart_NewLeader_CountsAnewFromTheCheckpointOrTheFullTime()
    {
        var driver = new Driver();
        driver.Apply(new LeaseGrantCommand(1, 100));
        driver.Apply(new LeaseGrantCommand(2, 100));
        driver.Apply(new LeaseCheckpointCommand(2, 30));

        deadlines.Restart(driver.Store.Leases, Seconds(1000));

        deadlines.TakeDue(Seconds(1030), 10).ShouldBe([2]);
        deadlines.TakeDue(Seconds(1099), 10).ShouldBeEmpty();
        deadlines.TakeDue(Seconds(1100), 10).ShouldBe([1]);
    }

    [Fact]
    public void Restart_RenewedAfterwards_HasItsFullTime()
    {
        var driver = new Driver();
        driver.Apply(new LeaseGrantCommand(2, 100));
        driver.Apply(new LeaseCheckpointCommand(2, 30));
        deadlines.Restart(driver.Store.Leases, Seconds(0));

        deadlines.TryRenew(2, Seconds(10));

        deadlines.Remaining(2, Seconds(10)).ShouldBe(Seconds(100));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
