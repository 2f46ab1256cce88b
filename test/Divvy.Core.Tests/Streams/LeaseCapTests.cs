using Divvy.Core.Streams;

namespace Divvy.Core.Tests.Streams;

public sealed class LeaseCapTests
{
    [Theory]
    [InlineData(10, 20, 3, 7)]
    [InlineData(10, 30, 3, 10)]
    [InlineData(10, 30, 5, 6)]
    [InlineData(10, 40, 3, 10)]
    [InlineData(6, 30, 4, 6)]
    [InlineData(10, 0, 3, 1)]
    public void Of_PhasesOfTheExperiment_RoundsUp(int max, int unfinished, int workers, int cap) =>
        LeaseCap.Of(max, unfinished, workers).ShouldBe(cap);

    [Fact]
    public void Overload_FourWorkersOfSixLeasesEach_SaysThatSixAreTooMany() =>
        LeaseCap.Overload(6, 30, 4).ShouldBe(6);

    [Fact]
    public void Overload_CapCanBeMet_IsZero() => LeaseCap.Overload(10, 20, 3).ShouldBe(0);

    [Fact]
    public void Overload_NoLimit_IsZero() => LeaseCap.Overload(int.MaxValue, 30, 4).ShouldBe(0);
}
