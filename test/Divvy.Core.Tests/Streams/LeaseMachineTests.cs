using Divvy.Core.Streams;
using Divvy.Core.Tests.Streams.Scenarios;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Core.Tests.Streams;

public sealed class LeaseMachineTests
{
    private static readonly LeaseSettings settings = new("a");

    [Fact]
    public void Run_FromThreeToFiveWorkers_BalancesInTwelveMovesWithinTenSeconds()
    {
        var world = World(30, "a", "b", "c");
        world.Run(TimeSpan.FromSeconds(5));
        world.Held().Values.ShouldAllBe(static held => held == 10);
        world.Start("d");
        world.Start("e");
        world.Run(TimeSpan.FromSeconds(10));
        world.Held().Values.ShouldAllBe(static held => held == 6);
        world.Moves.ShouldBe(12);
    }

    [Fact]
    public void Run_FiveHundredLeasesFromTenToFifteenWorkers_BalancesWithinThirtySeconds()
    {
        var world = World(500, [.. Enumerable.Range(10, 10).Select(static number => $"w{number}")]);
        world.Run(TimeSpan.FromSeconds(5));
        world.Spread().ShouldBe(0);
        for (var number = 20; number < 25; number++)
            world.Start($"w{number}");
        world.Run(TimeSpan.FromSeconds(30));
        world.Spread().ShouldBe(1);
        world.Moves.ShouldBe(165);
    }

    [Fact]
    public void Run_WorkersStartOneAfterTheOther_EachLeaseMovesAtMostAsOftenAsItMust()
    {
        var world = World(31, "a");
        for (var number = 0; number < 5; number++)
        {
            world.Run(TimeSpan.FromSeconds(8));
            world.Spread().ShouldBeLessThanOrEqualTo(1);
            world.Start($"b{number}");
        }

        world.Run(TimeSpan.FromSeconds(8));
        world.Moves.ShouldBe(15 + 10 + 7 + 6 + 5);
    }

    [Fact]
    public void Run_WorkerIsKilled_ItsLeasesAreTakenWithinTheirTimeAndThreeSeconds()
    {
        var world = World(30, "a", "b", "c", "d", "e");
        world.Run(TimeSpan.FromSeconds(17.3));
        var orphans = world.Worker("c").Holds.Keys.ToList();
        world.Kill("c");
        world.Run(settings.Duration + TimeSpan.FromSeconds(1));
        orphans.ShouldContain(key => world.Table[key].Owner != "c");
        world.Run(TimeSpan.FromSeconds(2));
        orphans.ShouldAllBe(key => world.Table[key].Owner != "c");
        world.Held().Values.Sum().ShouldBe(30);
        world.Spread().ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Completed_TakeAnsweredAfterTheLeaseIsOver_GrantsNothing()
    {
        foreach (var (late, granted) in ((double, int)[])[(0, 1), (1, 0)])
        {
            var machine = new LeaseMachine(settings, TimeSpan.Zero);
            var free = new StreamLease("s1") { Counter = 3 };
            machine.Completed(
                LeaseWrite.Take(free, "a"), LeaseOutcome.Applied, null, TimeSpan.Zero, settings.Duration * late);
            machine.Step(settings.Duration * late).OfType<LeaseAction.Grant>().Count().ShouldBe(granted);
            machine.Held.ShouldBe(granted);
        }
    }

    [Fact]
    public void Begin_WriteOfAnEarlierTerm_IsRefusedThoughTheWorkerHoldsTheLeaseAgain()
    {
        var machine = new LeaseMachine(settings, TimeSpan.Zero);
        var free = new StreamLease("s1") { Counter = 3 };
        var first = Take(machine, free);
        var taken = LeaseWrite.Take(free, "a").After;
        machine.SeeRow("s1", taken with { Owner = "b", Counter = 9 }, TimeSpan.FromSeconds(1));
        var second = Take(machine, taken with { Owner = null, Counter = 10 });

        second.ShouldBeGreaterThan(first);
        Begin(first).ShouldBe(LeasePermission.Lost);
        Begin(second).ShouldBe(LeasePermission.Granted);

        LeasePermission Begin(long term) => machine.Begin(
            "s1", term, row => LeaseWrite.MakeCheckpoint(row, new Checkpoint("7")), TimeSpan.FromSeconds(2), out _);
    }

    private static long Take(LeaseMachine machine, StreamLease free)
    {
        machine.Completed(
            LeaseWrite.Take(free, "a"), LeaseOutcome.Applied, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        return machine.Step(TimeSpan.FromSeconds(1)).OfType<LeaseAction.Grant>().Single().Term;
    }

    [Fact]
    public void Step_OthersHoldTooMany_AsksForNoMoreAtOnceThanAllowed()
    {
        var machine = new LeaseMachine(settings with { MaxAskedAtOnce = 3 }, TimeSpan.Zero);
        machine.Step(TimeSpan.Zero);
        var rows = Enumerable.Range(0, 20)
            .Select(static number => new StreamLease($"s{number:00}") { Owner = "b", Counter = 1 }).ToList();
        machine.See(rows, [], TimeSpan.Zero, TimeSpan.Zero);

        var asked = machine.Step(Seconds(2)).OfType<LeaseAction.Write>().Select(static action => action.Change).ToList();

        asked.Count.ShouldBe(3);
        asked.ShouldAllBe(static write => write.Purpose == LeasePurpose.Ask);
    }

    [Fact]
    public void Run_NothingHappens_RenewsEveryHalfLeaseAndMovesNothing()
    {
        var world = World(30, "a", "b", "c");
        world.Run(TimeSpan.FromSeconds(20));
        var before = world.Writes;
        world.Run(TimeSpan.FromSeconds(100));
        (world.Writes - before).ShouldBe(30 * 20);
        world.Moves.ShouldBe(0);
    }

    [Fact]
    public void Step_CheckpointAMomentAgo_NeedsNoRenewal()
    {
        var world = World(1, "a");
        world.Run(TimeSpan.FromSeconds(5));
        var before = world.Writes;
        for (var second = 0; second < 20; second++)
        {
            var worker = world.Worker("a");
            worker.Machine.Begin(
                "s001",
                worker.Holds["s001"],
                row => LeaseWrite.MakeCheckpoint(row, new Checkpoint($"{row.Counter}")),
                worker.Local(world.Now),
                out var write).ShouldBe(LeasePermission.Granted);
            world.Write(worker, write!).ShouldBeTrue();
            world.Run(TimeSpan.FromSeconds(1));
        }

        (world.Writes - before).ShouldBe(20);
    }

    [Fact]
    public void Completed_AnswerIsLostAndTheWriteWasMade_GoesOnFromIt()
    {
        var (machine, write) = HoldingWithAWrite();
        machine.Completed(write, LeaseOutcome.Unknown, null, Seconds(7), Seconds(8));
        machine.Step(Seconds(8)).ShouldContain(new LeaseAction.ReadLease("s1"));
        machine.SeeRow("s1", write.After, Seconds(8.1));
        machine.Held.ShouldBe(1);
        Permission(machine, Seconds(8.2)).ShouldBe(LeasePermission.Granted);
    }

    [Fact]
    public void Completed_AnswerIsLost_NothingIsWrittenBeforeTheRowIsRead()
    {
        var (machine, write) = HoldingWithAWrite();
        machine.Completed(write, LeaseOutcome.Unknown, null, Seconds(7), Seconds(8));
        Permission(machine, Seconds(8)).ShouldBe(LeasePermission.Later);
    }

    [Fact]
    public void Completed_RefusedForAProcessOfTheSameId_IsLost()
    {
        var (machine, write) = HoldingWithAWrite();
        var taken = LeaseWrite.Take(write.Before, "a").After;
        machine.Completed(write, LeaseOutcome.Refused, taken, Seconds(7), Seconds(8));
        machine.Held.ShouldBe(0);
    }

    [Fact]
    public void Completed_ConfirmedLate_IsFencedFromWhenItWasSent()
    {
        var (machine, write) = HoldingWithAWrite();
        machine.Completed(write, LeaseOutcome.Applied, null, Seconds(7), Seconds(16));
        Permission(machine, Seconds(7) + settings.Duration - settings.FenceMargin - TimeSpan.FromTicks(1))
            .ShouldBe(LeasePermission.Granted);
        var (late, other) = HoldingWithAWrite();
        late.Completed(other, LeaseOutcome.Applied, null, Seconds(7), Seconds(16));
        Permission(late, Seconds(7) + settings.Duration - settings.FenceMargin).ShouldBe(LeasePermission.Lost);
    }

    [Fact]
    public void See_ReadingThatBeganBeforeTheLastWrite_TakesNothingAway()
    {
        var (machine, write) = HoldingWithAWrite();
        machine.Completed(write, LeaseOutcome.Applied, null, Seconds(7), Seconds(7.1));
        machine.See([write.Before with { Owner = "b" }], [], Seconds(6), Seconds(7.2));
        machine.Held.ShouldBe(1);
    }

    [Fact]
    public void Run_AnyLivesOfWorkers_EndsBalancedWithEveryLeaseOwnedOnce() =>
        Prop.ForAll(Lives.ToArbitrary(), static lives =>
        {
            var world = World(lives.Leases, "w0");
            var started = 1;
            foreach (var deed in lives.Deeds)
            {
                var living = world.Living.ToList();
                if (deed.Kind < 4 || living.Count < 2)
                    world.Start($"w{started++}");
                else if (deed.Kind < 6)
                    world.Kill(living[deed.Target % living.Count]);
                else if (deed.Kind < 8)
                    world.Leave(living[deed.Target % living.Count]);
                world.Run(TimeSpan.FromMilliseconds(deed.Wait));
                foreach (var leaver in living.Where(name => world.Worker(name).Machine.IsIdle
                    && world.Worker(name).Machine.Workers(world.Worker(name).Local(world.Now)) is var seen
                    && !seen.Contains(name)))
                    world.Kill(leaver);
            }

            world.Start("z");
            world.Run(TimeSpan.FromSeconds(45));
            foreach (var leaver in world.Living.Where(name => !world.Worker(name).Machine
                .Workers(world.Worker(name).Local(world.Now)).Contains(name)).ToList())
                world.Kill(leaver);
            world.Run(TimeSpan.FromSeconds(15));
            world.Spread().ShouldBeLessThanOrEqualTo(1);
            world.Held().Values.Sum().ShouldBe(lives.Leases);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Step_OneComingLeaseIsDue_LooksAtThoseThatSoonAreWithIt()
    {
        var machine = new LeaseMachine(settings, TimeSpan.Zero);
        machine.Step(TimeSpan.Zero);
        machine.See([Coming("s1"), Coming("s2"), Coming("s3")], [], TimeSpan.Zero, TimeSpan.Zero);
        machine.Step(Seconds(1)).OfType<LeaseAction.ReadLease>().Count().ShouldBe(3);
        machine.SeeRow("s1", Coming("s1"), Seconds(1.01));
        machine.SeeRow("s2", Coming("s2"), Seconds(1.07));
        machine.Step(Seconds(1.04)).ShouldNotContain(static action => action is LeaseAction.ReadLease);
        machine.SeeRow("s3", Coming("s3"), Seconds(1.2));
        machine.Step(Seconds(1.05)).OfType<LeaseAction.ReadLease>().Select(static read => read.Key)
            .ShouldBe(["s1", "s2"], "s3 is not due before half an interval is over");
    }

    private static StreamLease Coming(string key) => new(key) { Owner = "a", YieldingOwner = "b", Counter = 5 };

    private static Gen<(int Leases, (int Kind, int Target, int Wait)[] Deeds)> Lives =>
        from leases in Gen.Choose(1, 40)
        from deeds in (from kind in Gen.Choose(0, 9)
                       from target in Gen.Choose(0, 100)
                       from wait in Gen.Choose(1, 12_000)
                       select (kind, target, wait)).ArrayOf()
        select (leases, deeds);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static LeasePermission Permission(LeaseMachine machine, TimeSpan now) =>
        machine.Begin("s1", 1, LeaseWrite.Renew, now, out _);

    /// <summary>A worker that holds a lease since 2 s, and has a write under way since 7 s.</summary>
    private static (LeaseMachine Machine, LeaseWrite Write) HoldingWithAWrite()
    {
        var machine = new LeaseMachine(settings, TimeSpan.Zero);
        machine.Step(TimeSpan.Zero);
        machine.See([new StreamLease("s1")], [], TimeSpan.Zero, TimeSpan.Zero);
        var take = machine.Step(Seconds(2)).OfType<LeaseAction.Write>().Single().Change;
        machine.Completed(take, LeaseOutcome.Applied, null, Seconds(2), Seconds(2));
        machine.Step(Seconds(2));
        return (machine, machine.Step(Seconds(7)).OfType<LeaseAction.Write>().Single().Change);
    }

    private static LeaseWorld World(int leases, params string[] workers)
    {
        var world = new LeaseWorld();
        for (var number = 1; number <= leases; number++)
            world.Put(new StreamLease($"s{number:000}"));
        foreach (var worker in workers)
            world.Start(worker);
        return world;
    }
}
