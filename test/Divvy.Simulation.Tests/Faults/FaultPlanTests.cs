using Divvy.Simulation.Faults;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Faults;

public sealed class FaultPlanTests
{
    private static readonly FaultKind[] kinds = [FaultKind.Crash, FaultKind.Pause, FaultKind.Isolate, FaultKind.Clog];

    [Fact]
    public void Draw_NothingToAimAt_NeverDrawsAnythingElse()
    {
        foreach (var fault in Enumerable.Range(1, 100).SelectMany(seed => Draw(seed, aimed: null).Faults))
            kinds.ShouldContain(fault.Kind);
    }

    [Fact]
    public void Draw_AimedKind_IsMostOfWhatGoesWrongInSomeRunsAndInFewOthers()
    {
        var plans = Enumerable.Range(1, 100).Select(seed => Draw(seed, [FaultKind.Succession])).ToList();

        var aimed = plans.Count(plan => plan.Faults.Any(fault => fault.Kind == FaultKind.Succession));

        aimed.ShouldBeInRange(20, 50);
    }

    [Fact]
    public void Draw_AimedKind_LastsUntilItsMomentHasComeAndEndsWithTheOthers()
    {
        var length = TimeSpan.FromSeconds(20);

        var aimed = Enumerable.Range(1, 100).SelectMany(seed => Draw(seed, [FaultKind.Succession]).Faults)
            .Where(fault => fault.Kind == FaultKind.Succession).ToList();

        aimed.ShouldNotBeEmpty();
        foreach (var fault in aimed)
        {
            (fault.At + fault.Lasts).ShouldBeLessThanOrEqualTo(length);
            if (fault.At < length - TimeSpan.FromSeconds(3))
                fault.Lasts.ShouldBeGreaterThan(TimeSpan.FromSeconds(2));
        }
    }

    [Fact]
    public void And_ManyPlans_AQuarterHasAFewMoreOfOneKindBehindWhatItHad()
    {
        FaultKind[] more = [FaultKind.StaleServer, FaultKind.OldController];
        var extended = 0;
        for (var seed = 1; seed <= 400; seed++)
        {
            var plan = Draw(seed, aimed: null);
            var both = plan.And(new SimRandom((ulong)seed), more, TimeSpan.FromSeconds(20));

            var added = both.Faults[plan.Faults.Length..];
            both.Faults[..plan.Faults.Length].ShouldBe(plan.Faults);
            both.Faults.Select(fault => fault.Number).ShouldBe(Enumerable.Range(1, both.Faults.Length));
            added.Length.ShouldBeLessThanOrEqualTo(3);
            added.Select(fault => fault.Kind).Distinct().Count().ShouldBeLessThanOrEqualTo(1);
            added.ShouldAllBe(fault => more.Contains(fault.Kind) && fault.At + fault.Lasts <= TimeSpan.FromSeconds(20));
            extended += added.IsEmpty ? 0 : 1;
        }

        extended.ShouldBeInRange(70, 130);
    }

    [Fact]
    public void And_NoKinds_IsThePlanThatItWas()
    {
        var plan = Draw(seed: 1, aimed: null);

        // As many as it takes to be sure that some would have had more.
        for (var seed = 1ul; seed <= 40; seed++)
            plan.And(new SimRandom(seed), [], TimeSpan.FromSeconds(20)).ShouldBeSameAs(plan);
    }

    private static FaultPlan Draw(int seed, IReadOnlyList<FaultKind>? aimed) => FaultPlan.Draw(
        new SimRandom((ulong)seed),
        kinds,
        TimeSpan.FromSeconds(20),
        every: TimeSpan.FromSeconds(1),
        lasting: TimeSpan.FromMilliseconds(50),
        aimed);
}
