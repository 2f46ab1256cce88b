using Divvy.Histories.Ownership;

namespace Divvy.Histories.Tests.Ownership;

public sealed class PlanCheckerTests
{
    private static readonly PlanRecord right = new(TimeSpan.Zero, "orders", Moves: 3, Budget: 3, InFlight: 5, InFlightLimit: 5, []);

    [Fact]
    public void Verdict_PlanWithinItsLimits_IsEmpty() => Verdict(right).ShouldBeEmpty();

    [Fact]
    public void Verdict_MoreMovesThanTheBudget_IsFound() => Broken(right with { Moves = 4 }).ShouldBe("plan.budget");

    [Fact]
    public void Verdict_MoreInFlightThanAllowed_IsFound() => Broken(right with { InFlight = 6 }).ShouldBe("plan.in-flight");

    [Fact]
    public void Verdict_ConstraintBroken_IsFound() => Broken(right with { Broken = ["a is cordoned"] }).ShouldBe("plan.constraint");

    private static IReadOnlyList<Violation> Verdict(PlanRecord plan)
    {
        var checker = new PlanChecker();
        checker.Observe(plan);
        return checker.Verdict();
    }

    private static string Broken(PlanRecord plan) => Verdict(plan).ShouldHaveSingleItem().Checker;
}
