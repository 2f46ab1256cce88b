using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.World;

public sealed class SimProcessTests
{
    private static readonly TimeSpan minute = TimeSpan.FromMinutes(1);

    private readonly SimWorld world = new(seed: 1, keepTrace: false);

    [Theory, InlineData(true), InlineData(false)]
    public void End_TimersPending_NothingOfItIsWaitedFor(bool crashes)
    {
        var happened = new List<string>();
        var process = world.Start("ends");
        process.Schedule(minute, () => happened.Add("ended"));
        world.Start("stays").Schedule(2 * minute, () => happened.Add("stays"));

        if (crashes)
            process.Crash();
        else
            process.Exit();

        world.TakeNext().ShouldBeTrue();
        world.Now.ShouldBe(2 * minute);
        world.TakeNext().ShouldBeFalse();
        happened.ShouldBe(["stays"]);
    }

    [Fact]
    public void Crash_TimersPending_LetsGoOfWhatTheyHeld()
    {
        var held = ScheduleAndCrash();

        GC.Collect();

        held.IsAlive.ShouldBeFalse();
        world.TakeNext().ShouldBeFalse();
    }

    /// <summary>A frame of its own, so that nothing of it is on the stack any more.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private WeakReference ScheduleAndCrash()
    {
        var memory = new List<int>();
        var process = world.Start("ends");
        process.Crashed += () => memory.Add(1);
        process.Schedule(minute, () => memory.Add(2));
        process.Crash();
        return new WeakReference(memory);
    }
}
