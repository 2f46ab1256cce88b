using Divvy.TestKit;

namespace Divvy.Client.Tests.TestKit;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider time = new();

    [Fact]
    public void Advance_SeveralTimers_FireInOrderOfDueTimeEachAtItsOwnTime()
    {
        List<(string Name, double At)> fired = [];
        using var late = Timer("late", 3);
        using var early = Timer("early", 1);
        using var tie = Timer("tie", 3);

        time.Advance(TimeSpan.FromSeconds(10));

        fired.ShouldBe([("early", 1), ("late", 3), ("tie", 3)]);
        time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));

        ITimer Timer(string name, int seconds) => time.CreateTimer(
            _ => fired.Add((name, time.Elapsed.TotalSeconds)),
            null,
            TimeSpan.FromSeconds(seconds),
            Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresOncePerPeriodUntilDisposed()
    {
        var fired = 0;
        var timer = time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        time.Advance(TimeSpan.FromSeconds(6));
        timer.Dispose();
        time.Advance(TimeSpan.FromSeconds(6));

        fired.ShouldBe(3);
        time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Advance_DelaysOfTheFramework_EndAtTheirTime()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(5), time);

        time.Advance(TimeSpan.FromSeconds(4.999));
        delay.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.001));

        await delay;
    }

    [Fact]
    public async Task WaitForTimerAsync_TimerArmedLater_Returns()
    {
        var waiting = time.WaitForTimerAsync(TimeSpan.FromSeconds(7));
        waiting.IsCompleted.ShouldBeFalse();

        using var timer = time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(7), Timeout.InfiniteTimeSpan);

        await waiting;
    }
}
