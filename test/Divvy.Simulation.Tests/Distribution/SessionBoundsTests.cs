using Divvy.Core.Identity;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class SessionBoundsTests
{
    private static readonly TimeSpan second = TimeSpan.FromSeconds(1);

    private readonly SimWorld world = new(seed: 1, keepTrace: false);
    private readonly RunReport report;
    private readonly SessionBounds bounds;
    private readonly FakeOwner owner;
    private TimeSpan? granted = 9 * second;

    public SessionBoundsTests()
    {
        report = new RunReport(world);
        bounds = new SessionBounds(world, session => session == new SessionId(7) ? granted : null, report);
        owner = new FakeOwner(world, "a", session: 7) { Belief = 8 * second };
        bounds.Add(owner);
        bounds.Start();
    }

    [Fact]
    public void Look_BelievesLongerThanTheStoreCounts_BreaksTheBound()
    {
        world.TakeNext();
        report.Violations.ShouldBeEmpty();

        owner.Belief = 9.1 * second;
        world.TakeNext();

        report.Violations.ShouldHaveSingleItem().Checker.ShouldBe("lease bound");
    }

    [Fact]
    public void Look_SlowClock_CountsItsTimeAsTrueTime()
    {
        ((SimClock)owner.Process.Clock).Drift = -0.2;

        world.TakeNext();

        report.Violations.ShouldHaveSingleItem().Checker.ShouldBe("lease bound");
    }

    [Fact]
    public void Look_NobodyCountsTheSessionOrItIsNotBelieved_SaysNothing()
    {
        owner.Belief = 20 * second;
        granted = null;
        world.TakeNext();
        granted = second;
        owner.HasSession = false;
        world.TakeNext();

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Ended_StillBelieved_BreaksTheBound()
    {
        bounds.Ended(new SessionRef(new InstanceId("a"), new SessionId(6)));
        report.Violations.ShouldBeEmpty();

        bounds.Ended(owner.Ref);

        report.Violations.ShouldHaveSingleItem().Checker.ShouldBe("lease bound");
    }

    [Fact]
    public void Ended_ProcessHasCrashed_SaysNothing()
    {
        owner.Process.Crash();

        bounds.Ended(owner.Ref);

        report.Violations.ShouldBeEmpty();
    }
}
