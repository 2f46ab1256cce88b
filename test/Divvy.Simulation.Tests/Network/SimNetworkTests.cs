using Divvy.Simulation.Network;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Network;

public sealed class SimNetworkTests
{
    private readonly SimWorld world = new(1, keepTrace: false);
    private readonly SimNetwork network;
    private readonly SimProcess one;
    private readonly SimProcess two;
    private readonly List<int> arrived = [];

    public SimNetworkTests()
    {
        network = new SimNetwork(world);
        (one, two) = (world.Start("one"), world.Start("two"));
        network.Listen(one, "listener");
        network.Listen(two, "listener");
    }

    [Fact]
    public void Send_GoodLink_ArrivesOnceAfterItsLatency()
    {
        Send(1);
        RunAll();

        arrived.ShouldBe([1]);
        world.Now.ShouldBeGreaterThanOrEqualTo(LinkCondition.Good.Latency);
    }

    [Fact]
    public void Send_BadLink_LosesDoublesAndOvertakes()
    {
        using var bad = network.Disturb(static (_, _) => true, static condition => condition with
        {
            Loss = 0.2,
            Duplication = 0.2,
            Reordering = 0.5,
        });
        for (var number = 0; number < 200; number++)
            Send(number);
        RunAll();

        var once = arrived.Distinct().ToList();
        once.Count.ShouldBeInRange(120, 190);
        arrived.Count.ShouldBeGreaterThan(once.Count);
        once.SequenceEqual(once.Order()).ShouldBeFalse();
    }

    [Fact]
    public void Send_JitteryLink_KeepsTheOrder()
    {
        using var slow = network.Disturb(static (_, _) => true, static condition => condition with
        {
            Jitter = TimeSpan.FromMilliseconds(20),
        });
        for (var number = 0; number < 200; number++)
            Send(number);
        RunAll();

        arrived.ShouldBe(Enumerable.Range(0, 200));
    }

    [Fact]
    public void Tear_ConnectionInUse_BreaksBothEndsOnceAndNoOther()
    {
        ConnectionEnd? far = null;
        var broken = new List<string>();
        var near = network.Dial(one, "two");
        network.Dial(two, "three").Broken += _ => broken.Add("other");
        near.Broken += _ => broken.Add("near");
        near.Send(10, end =>
        {
            far = end;
            end.Broken += _ => broken.Add("far");
        });
        RunAll();

        network.Tear("two", "one");
        network.Tear("two", "one");
        RunAll();

        broken.ShouldBe(["near", "far"]);
        far!.IsOpen.ShouldBeFalse();
        near.IsOpen.ShouldBeFalse();
    }

    [Fact]
    public void Cut_OneWay_PassesTheOtherWayAndHealsWhenDisposed()
    {
        var cut = network.Cut(static (from, _) => from == "one");
        Send(1);
        network.Send(two, "one", 10, _ => arrived.Add(2));
        RunAll();
        arrived.ShouldBe([2]);

        cut.Dispose();
        Send(3);
        RunAll();
        arrived.ShouldBe([2, 3]);
    }

    [Fact]
    public void Send_ToACrashedProcess_IsRefusedOrLost()
    {
        var refused = 0;
        two.Crash();
        network.Send(one, "two", 10, _ => arrived.Add(1), () => refused++);
        RunAll();

        (arrived.Count, refused).ShouldBe((0, 1));
    }

    [Fact]
    public void Send_ClogAndBandwidth_HoldPacketsBack()
    {
        network.Link("one", "two").Clog(TimeSpan.FromSeconds(3));
        Send(1);
        RunAll();
        world.Now.ShouldBe(TimeSpan.FromSeconds(3));

        using var slow = network.Disturb(static (_, _) => true, static one => one with { BytesPerSecond = 10 });
        Send(2);
        Send(3);
        RunAll();
        world.Now.ShouldBeGreaterThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Connection_PacketsAreLost_DeliversAllInOrder()
    {
        using var bad = network.Disturb(static (_, _) => true, static one => one with { Loss = 0.3 });
        var near = network.Dial(one, "two");
        for (var number = 0; number < 50; number++)
        {
            var copy = number;
            near.Send(10, _ => arrived.Add(copy));
        }

        RunAll();
        arrived.ShouldBe(Enumerable.Range(0, 50));
    }

    [Fact]
    public void Connection_CutForLong_BreaksAtItsSender()
    {
        var near = network.Dial(one, "two");
        var broken = "";
        near.Broken += reason => broken = reason;
        using var cut = network.Cut(static (_, _) => true);
        near.Send(10, _ => arrived.Add(1));
        RunAll();

        broken.ShouldContain("nothing came through");
        near.IsOpen.ShouldBeFalse();
        arrived.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Connection_FarProcessCrashes_IsResetUnlessTheMachineIsGone(double halfOpen, bool isReset)
    {
        network.HalfOpen = halfOpen;
        var near = network.Dial(one, "two");
        var broken = false;
        near.Broken += _ => broken = true;
        near.Send(10, _ => arrived.Add(1));
        RunAll();
        two.Crash();
        RunAll();
        (arrived.Count, broken).ShouldBe((1, isReset));

        // Once something runs there again, it answers what it does not know with a reset.
        network.Listen(world.Start("two"), "listener");
        near.Send(10, _ => arrived.Add(2));
        RunAll();
        (arrived.Count, broken).ShouldBe((1, true));
    }

    private void Send(int number) => network.Send(one, "two", 10, _ => arrived.Add(number));

    private void RunAll()
    {
        while (world.TakeNext())
        {
        }
    }
}
