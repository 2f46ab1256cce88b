using Divvy.Cli.Load;

namespace Divvy.Cli.Tests.Load;

public sealed class RequestScheduleTests
{
    private readonly RequestSchedule schedule = new(requestsPerSecond: 100, TimeSpan.FromSeconds(2));

    [Fact]
    public void Total_RateTimesDuration_IsExact() => schedule.Total.ShouldBe(200);

    [Fact]
    public void DueBy_TheTimeARequestIsDue_IncludesIt()
    {
        schedule.DueBy(TimeSpan.Zero).ShouldBe(1);
        schedule.DueBy(schedule.DueAt(57)).ShouldBe(58);
        schedule.DueBy(schedule.DueAt(57) - TimeSpan.FromTicks(10)).ShouldBe(57);
    }

    [Fact]
    public void DueBy_AfterTheEnd_IsAllOfThem() => schedule.DueBy(TimeSpan.FromHours(1)).ShouldBe(200);
}
