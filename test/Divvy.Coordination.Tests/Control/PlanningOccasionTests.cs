using Divvy.Coordination.Control;

namespace Divvy.Coordination.Tests.Control;

public sealed class PlanningOccasionTests
{
    private readonly PlanningOccasion occasion = new(TimeSpan.FromSeconds(5));

    [Fact]
    public void TryTake_FirstLook_Always() => occasion.TryTake(changed: false, 0).ShouldBeTrue();

    [Fact]
    public void TryTake_NothingButTime_NotBeforeItIsOver()
    {
        occasion.TryTake(changed: true, 1_000);

        occasion.TryTake(changed: false, 1_250).ShouldBeFalse();
        occasion.TryTake(changed: false, 5_999).ShouldBeFalse();
        occasion.TryTake(changed: false, 6_000).ShouldBeTrue();
        occasion.TryTake(changed: false, 10_999).ShouldBeFalse("the time begins anew");
    }

    [Fact]
    public void TryTake_Change_AtOnce()
    {
        occasion.TryTake(changed: true, 1_000);

        occasion.TryTake(changed: true, 1_001).ShouldBeTrue();
        occasion.TryTake(changed: false, 6_000).ShouldBeFalse("that look planned");
    }
}
