using Divvy.Torture.Faults;

namespace Divvy.Torture.Tests.Faults;

public sealed class FaultPlanTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Draw_ManySeeds_DrawsEveryKindThatMakesSense(int members)
    {
        var plans = Enumerable.Range(0, 2_000).Select(seed => FaultPlan.Draw(new Random(seed), members, hasFailpoints: true)).ToList();
        FaultKind[] alone = [FaultKind.PauseThenKill, FaultKind.Pause, FaultKind.Isolate, FaultKind.Mute, FaultKind.Deafen, FaultKind.CutOneLink];
        plans.Select(plan => plan.Kind).Distinct().Order()
            .ShouldBe(Enum.GetValues<FaultKind>().Where(kind => members > 1 || !alone.Contains(kind)));
        plans.ShouldAllBe(plan => plan.Victims.Count >= 1 && plan.Victims.Distinct().Count() == plan.Victims.Count);
        plans.Max(plan => plan.Victims.Count).ShouldBe(members);
    }
}
