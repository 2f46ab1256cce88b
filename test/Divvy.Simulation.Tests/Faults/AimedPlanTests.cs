using Divvy.Simulation.Faults;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Faults;

public sealed class AimedPlanTests
{
    private static readonly AimChoice choice =
        new([Moment.Yielding, Moment.Flipped, Moment.Leaving], [FaultKind.Crash, FaultKind.Pause], [Part.Owner]);

    [Fact]
    public void Aimed_ManyPlans_HalfWaitForAMomentOrTwoAndKeepTheirNumbers()
    {
        var plans = Enumerable.Range(0, 400)
            .Select(seed => Draw(seed).Aimed(new SimRandom((ulong)seed), choice)).ToList();

        var aimed = plans.Where(plan => plan.Faults.Any(fault => fault.Aim is not null)).ToList();
        aimed.Count.ShouldBeInRange(150, 250);
        foreach (var plan in aimed)
        {
            plan.Faults.Select(fault => fault.Number).ShouldBe(Enumerable.Range(1, plan.Faults.Length));
            var waiting = plan.Faults.Where(fault => fault.Aim is not null).ToList();
            waiting.Select(fault => fault.Aim!.Moment).Distinct().Count().ShouldBeInRange(1, 2);
            waiting.ShouldAllBe(fault => choice.Kinds.Contains(fault.Kind));
        }
    }

    [Fact]
    public void Aimed_NothingToWaitFor_IsThePlanThatItWas()
    {
        var plan = Draw(seed: 1);

        plan.Aimed(new SimRandom(1), null).ShouldBeSameAs(plan);
    }

    private static FaultPlan Draw(int seed) => FaultPlan.Draw(
        new SimRandom((ulong)seed), [FaultKind.Isolate], TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(3),
        TimeSpan.FromSeconds(1));
}
