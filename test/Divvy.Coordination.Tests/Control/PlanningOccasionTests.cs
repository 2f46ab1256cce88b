using Divvy.Coordination.Control;

namespace Divvy.Coordination.Tests.Control;

public sealed class PlanningOccasionTests
{
    private readonly PlanningOccasion occasion = new(TimeSpan.FromSeconds(5));

    [Fact]
    public void Has_FirstLook_Always() => occasion.Has(changed: false, penalties: false, 0).ShouldBeTrue();

    [Fact]
    public void Has_NothingButTime_NotBeforeItIsOver()
    {
        occasion.Has(changed: true, penalties: false, 1_000);

        occasion.Has(changed: false, penalties: false, 1_250).ShouldBeFalse();
        occasion.Has(changed: false, penalties: false, 5_999).ShouldBeFalse();
        occasion.Has(changed: false, penalties: false, 6_000).ShouldBeTrue();
        occasion.Has(changed: false, penalties: false, 10_999).ShouldBeFalse("the time begins anew");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Has_ChangeOrPenalty_AtOnce(bool changed, bool penalties)
    {
        occasion.Has(changed: true, penalties: false, 1_000);

        occasion.Has(changed, penalties, 1_001).ShouldBeTrue();
        occasion.Has(changed: false, penalties: false, 6_000).ShouldBeFalse("that look planned");
    }
}
