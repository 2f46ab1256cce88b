namespace Divvy.Histories.Ownership;

/// <summary>The third promise: at every commit of a plan, <c>plan.budget</c>, it moves no more than it may;
/// <c>plan.in-flight</c>, no more is under way than may be; <c>plan.constraint</c>, it breaks no hard constraint. Not
/// thread-safe.</summary>
public sealed class PlanChecker
{
    private readonly List<PlanRecord> plans = [];

    public IReadOnlyList<PlanRecord> Plans => plans;

    public void Observe(PlanRecord plan) => plans.Add(plan);

    public IReadOnlyList<Violation> Verdict() => [.. plans.SelectMany(Broken)];

    private static IEnumerable<Violation> Broken(PlanRecord plan)
    {
        if (plan.Moves > plan.Budget)
        {
            yield return new Violation(
                "plan.budget", $"the plan of {plan.Namespace} moves {plan.Moves} shards, {plan.Budget} are allowed", plan.At);
        }

        if (plan.InFlight > plan.InFlightLimit)
        {
            yield return new Violation(
                "plan.in-flight",
                $"{plan.InFlight} shards of {plan.Namespace} are being moved, {plan.InFlightLimit} are allowed",
                plan.At);
        }

        foreach (var constraint in plan.Broken)
            yield return new Violation("plan.constraint", $"the plan of {plan.Namespace}: {constraint}", plan.At);
    }
}
