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

    [Fact]
    public void TakeCheckpoints_LongLease_IsDueEveryIntervalWithWhatIsLeft()
    {
        var single = new LeaseDeadlines(Seconds(300));
        single.Start(1, Seconds(1000), Seconds(0));

        single.TakeCheckpoints(Seconds(299), 10).ShouldBeEmpty();
        single.TakeCheckpoints(Seconds(300.5), 10).ShouldBe([(1, 700)], "699.5 seconds are left, rounded up");
        single.TakeCheckpoints(Seconds(600), 10).ShouldBeEmpty();
        single.TakeCheckpoints(Seconds(601), 10).ShouldBe([(1, 399)]);
        single.TakeCheckpoints(Seconds(901), 10).ShouldBe([(1, 99)]);
        single.TakeCheckpoints(Seconds(5000), 10).ShouldBeEmpty("less than an interval was left at the last one");
    }

    [Fact]
    public void TakeCheckpoints_ShortRenewedRevokedOrOver_IsNotDue()
    {
        var some = new LeaseDeadlines(Seconds(300));
        some.Start(1, Seconds(300), Seconds(0));
        some.Start(2, Seconds(400), Seconds(0));
        some.Start(3, Seconds(400), Seconds(0));
        some.Start(4, Seconds(310), Seconds(0));
        some.TryRenew(2, Seconds(200)).ShouldBeTrue();
        some.Stop(3);

        some.TakeCheckpoints(Seconds(320), 10).ShouldBeEmpty();
        some.TakeCheckpoints(Seconds(500), 10).ShouldBe([(2, 100)]);
    }

    [Fact]
    public void TakeCheckpoints_MoreThanTheLimit_LeavesTheOthersForTheNextTime()
    {
        var many = new LeaseDeadlines(Seconds(300));
        for (var lease = 1; lease <= 5; lease++)
            many.Start(lease, Seconds(1000), Seconds(0));

        many.TakeCheckpoints(Seconds(300), 3).Select(one => one.Id).ShouldBe([1, 2, 3]);
        many.TakeCheckpoints(Seconds(300), 3).Select(one => one.Id).ShouldBe([4, 5]);
    }

    [Fact]
    public void Mark_CheckpointTaken_StaysUntilThatOneIsCleared()
    {
        var marked = new LeaseDeadlines(Seconds(300));
        marked.Start(1, Seconds(1000), Seconds(0));
        marked.Mark(1).ShouldBe(0);
        marked.TakeCheckpoints(Seconds(300), 10);
        var first = marked.Mark(1);
        first.ShouldBeGreaterThan(0);

        marked.TakeCheckpoints(Seconds(600), 10);
        marked.Cleared(1, first);
        marked.Mark(1).ShouldBeGreaterThan(0, "a checkpoint was taken after the clearing was proposed");

        marked.Cleared(1, marked.Mark(1));
        marked.Mark(1).ShouldBe(0);
        marked.Marked(1);
        marked.Mark(1).ShouldBeGreaterThan(0, "a checkpoint that an earlier leader took was applied");
    }

    [Fact]
    public void Restart_LeaseWithACheckpoint_IsMarked()
    {
        var driver = new Driver();
        driver.Apply(new LeaseGrantCommand(1, 1000));
        driver.Apply(new LeaseGrantCommand(2, 1000));
        driver.Apply(new LeaseCheckpointCommand(1, 400));
        var next = new LeaseDeadlines(Seconds(300));

        next.Restart(driver.Store.Leases, Seconds(0));

        next.Remaining(1, Seconds(0)).ShouldBe(Seconds(400));
        next.Mark(1).ShouldBeGreaterThan(0);
        next.Mark(2).ShouldBe(0);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
