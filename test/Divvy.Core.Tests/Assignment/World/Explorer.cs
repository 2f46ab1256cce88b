using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;

namespace Divvy.Core.Tests.Assignment.World;

/// <summary>One random schedule from a seed: stale servers, late and repeated messages, crashes, pauses, expiry, moves, cancels,
/// failing handlers. The world checks the promises after each action; at the end the faults stop and the shards must
/// come to rest at live owners.</summary>
internal sealed class Explorer
{
    private static readonly ShardId[] AllShards = [new("s1"), new("s2")];
    private static readonly string[] Instances = ["a", "b", "c"];

    private const int MaxDriftPpm = 90_000;

    private readonly Random random;
    private readonly World world;
    private readonly MoveDeadlines deadlines = new(new MoveDeadlinesOptions
    {
        PrepareTimeoutMs = 2_000,
        YieldTimeoutMs = 1_000,
        RepeatMs = 500,
        PenaltyMs = 1_000,
    });

    private readonly Dictionary<(SimProcess, ShardId), Revision> told = [];
    private int processedAcks;

    public Explorer(int seed, Mutant mutant = Mutant.None, OwnershipMode mode = OwnershipMode.Exclusive)
    {
        random = new Random(seed);
        world = new World { Mutant = mutant, Mode = mode };
        foreach (var instance in Instances)
        {
            // Slow clocks believe for longer. This is far more than any crystal, and inside the default margin of 10 %.
            world.Register(world.Start(instance, driftPpm: -random.Next(0, MaxDriftPpm)));
        }

        foreach (var shard in AllShards)
        {
            var owner = AnyLive(world.Store.Current);
            world.Create(shard.Value, owner);
            foreach (var process in world.Processes)
            {
                world.Settle(process, shard.Value);
            }
        }
    }

    public World World => world;

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Step();
            world.Check();
        }
    }

    /// <summary>The faults stop. Nothing that was lost is sent again unless the protocol itself sees to it: servers tell of
    /// new records only, heartbeats and repeated acknowledgements have to do the rest.</summary>
    public void ComeToRest()
    {
        Calm();
        for (var round = 0; round < 600; round++)
        {
            if (IsAtRest())
            {
                return;
            }

            QuietRound();
        }

        var state = world.Store.Current.Shards.Values.Select(shard => $"{shard.Record} at {shard.Revision}");
        throw new PromiseBrokenException("never came to rest: " + string.Join("; ", state));
    }

    private void Step()
    {
        switch (random.Next(100))
        {
            case < 20: PassTime(); break;
            case < 28: WithProcess(process => world.SendHeartbeat(process)); break;
            case < 37: At(world.Heartbeats.Count, world.ServeHeartbeat); break;
            case < 46: At(world.HeartbeatAcks.Count, DeliverHeartbeatAck); break;
            case < 60: WithProcess(TellSomething); break;
            case < 62: WithProcess(process => world.TellAll(process, SomeView().Revision)); break;
            case < 72: WithProcess(FinishSomething); break;
            case < 79: ProcessSomeAck(); break;
            case < 87: Control(); break;
            case < 92: WithProcess(UseShard); break;
            case < 95: WithProcess(world.Tick); break;
            case < 97: Expire(); break;
            default: Fault(); break;
        }
    }

    private void PassTime()
    {
        var longest = random.Next(100) switch { < 85 => 40, < 98 => 400, _ => 2 * (int)World.TtlMs };
        var until = world.NowMs + random.Next(1, longest);
        while (world.NowMs < until)
        {
            world.NowMs = Math.Min(until, world.NowMs + 20);
            world.Check();
        }
    }

    private void DeliverHeartbeatAck(int index)
    {
        if (world.HeartbeatAcks[index].Process.Runs(world.NowMs))
        {
            world.DeliverHeartbeatAck(index);
        }
    }

    private void TellSomething(SimProcess process) => world.Update(process, SomeView(), Pick(AllShards));

    private void FinishSomething(SimProcess process)
    {
        if (process.Running.Count == 0)
        {
            return;
        }

        var result = random.Next(100) switch
        {
            < 10 => HandlerResult.Failure("it broke"),
            < 55 => HandlerResult.SuccessWithHandOver,
            _ => HandlerResult.Success,
        };
        world.Finish(process, result, random.Next(process.Running.Count));
    }

    private void ProcessSomeAck()
    {
        if (world.Acks.Count == 0)
        {
            return;
        }

        var recent = Math.Min(world.Acks.Count, 6);
        var index = random.Next(3) == 0 ? random.Next(world.Acks.Count) : world.Acks.Count - 1 - random.Next(recent);
        world.Process(world.Acks[index]);
    }

    private void UseShard(SimProcess process)
    {
        if (process.Inside.Count > 0 && random.Next(2) == 0)
        {
            world.Leave(process, random.Next(process.Inside.Count));
            return;
        }

        var known = random.Next(3) == 0 ? world.Store.Current.Revision : default;
        world.Ask(process, world.Request(Pick(AllShards).Value, known, forwarded: random.Next(3) == 0));
    }

    private void Control()
    {
        var id = Pick(AllShards);
        var now = world.Store.Current;
        if (!now.Shards.TryGetValue(id, out var shard))
        {
            CreateAgain(id);
            return;
        }

        deadlines.Observe(shard, world.NowMs);
        var directory = random.Next(3) == 0 ? SomeView() : now;
        var outcome = random.Next(10) switch
        {
            < 3 => Repaired(shard, directory),
            < 6 => AnyLive(now) is { } next ? Handoff.BeginMove(shard, next, "move") : StepRefusal.BadTarget,
            < 8 => Handoff.Cancel(shard, "cancel"),
            8 => Annotate(shard, now),
            _ => Rare(shard),
        };
        if (outcome.IsStep)
        {
            world.Store.Commit(outcome.Step, guarded: world.Mutant != Mutant.TakeoverWithoutCompare);
        }

        foreach (var due in deadlines.Tick(world.NowMs, world.Mode, world.Store.NamespaceRevision).Steps)
        {
            world.Store.Commit(due);
        }
    }

    private StepOutcome Repaired(VersionedShard shard, StoreView directory)
    {
        var finding = Repair.Examine(shard, directory);
        if (finding.Step is { } step)
        {
            return step;
        }

        return AnyLive(directory) is { } live
            ? finding.Need switch
            {
                RepairNeed.NewOwner => Handoff.Takeover(shard, live, "takeover"),
                RepairNeed.FirstOwner => Handoff.Assign(shard, live, "assign"),
                _ => StepRefusal.NothingToChange,
            }
            : StepRefusal.BadTarget;
    }

    private StepOutcome Annotate(VersionedShard shard, StoreView now)
    {
        var standby = AnyLive(now);
        return random.Next(2) == 0 || standby is null
            ? Handoff.SetPin(shard, shard.Record.Pin is null ? new InstanceId("a") : null, "pin")
            : Handoff.SetStandbys(shard, [standby.Value], "standby");
    }

    private StepOutcome Rare(VersionedShard shard)
    {
        if (world.Mutant == Mutant.FlipWithoutAck)
        {
            return Handoff.ProceedWithoutAcknowledgement(
                shard, OwnershipMode.Affinity, world.Store.NamespaceRevision, "an old configuration");
        }

        if (world.Mutant == Mutant.DeleteWithoutYield)
        {
            var close = Handoff.Close(shard, "delete");
            return close.IsStep ? close.Step with { Replacement = null } : close;
        }

        return Handoff.Close(shard, "close");
    }

    private void CreateAgain(ShardId id)
    {
        var floor = world.Mutant == Mutant.GenerationsRestart
            ? default
            : GenerationFloor.AfterDeletion(world.Store.Current.Revision);
        world.Create(id.Value, AnyLive(world.Store.Current), floor);
    }

    private void Expire()
    {
        foreach (var session in world.Store.Current.Live)
        {
            if (world.Store.IsDue(session, world.NowMs)
                || (world.Mutant == Mutant.EarlyRevocation && random.Next(20) == 0))
            {
                world.Store.End(session);
            }
        }
    }

    private void Fault()
    {
        var process = Pick(world.Processes.ToArray());
        switch (random.Next(6))
        {
            case 0 when process.IsAlive && world.Processes.Count(any => any.IsAlive) > 1:
                world.Crash(process);
                break;
            case 1:
                process.PausedUntilMs = world.NowMs + random.Next((int)(2 * World.TtlMs));
                break;
            case 2 when world.Processes.Count < 6:
                world.BeginRegistration(world.Start(Pick(Instances), driftPpm: -random.Next(0, MaxDriftPpm)));
                break;
            case 3 when process.Runs(world.NowMs) && process.Session is { } session:
                Leave(process, session);
                break;
            default:
                if (process.Runs(world.NowMs))
                {
                    ReRegister(process);
                }

                break;
        }
    }

    private void Leave(SimProcess process, SessionRef session)
    {
        process.Machine.EndSession(process.Local(world.NowMs));
        world.Tick(process);
        if (process.Machine.IsEmpty)
        {
            world.Store.End(session);
            process.Session = null;
        }
    }

    private void ReRegister(SimProcess process)
    {
        if (process.Registering)
        {
            world.CompleteRegistration(process);
        }
        else if (process.Session is not { } session || process.Machine.Session.IsNone
            || !world.Store.Current.IsLive(session))
        {
            world.BeginRegistration(process);
        }
    }

    private void Calm()
    {
        if (!world.Processes.Any(process => process.IsAlive))
        {
            world.Start("a");
        }

        foreach (var process in world.Processes)
        {
            process.PausedUntilMs = long.MinValue;
            foreach (var shard in AllShards)
            {
                told[(process, shard)] = world.Store.Current.Revision;
            }
        }

        processedAcks = world.Acks.Count;
    }

    private bool IsAtRest() => world.Store.Current.Shards.Values.All(shard =>
        shard.Record is { Phase: ShardPhase.Stable, Owner: { } owner }
        && world.Store.Current.IsLive(owner)
        && world.Processes.Any(process => process.Session == owner
            && process.Believes(shard.Record.Shard, world.NowMs) == shard.Record.Generation));

    private void QuietRound()
    {
        world.NowMs += 50;
        Expire();
        foreach (var process in world.Processes.Where(process => process.IsAlive))
        {
            ReRegister(process);
            world.Tick(process);
            world.FinishAll(process);
            while (process.Inside.Count > 0)
            {
                world.Leave(process);
            }

            if (process.Session is not null)
            {
                world.SendHeartbeat(process);
            }
        }

        while (world.Heartbeats.Count > 0)
        {
            world.ServeHeartbeat(0);
        }

        while (world.HeartbeatAcks.Count > 0)
        {
            world.DeliverHeartbeatAck(0);
        }

        for (; processedAcks < world.Acks.Count; processedAcks++)
        {
            world.Process(world.Acks[processedAcks]);
        }

        RepairAll();
        TellOfNews();
    }

    private void RepairAll()
    {
        foreach (var shard in world.Store.Current.Shards.Values)
        {
            deadlines.Observe(shard, world.NowMs);
            var outcome = Repaired(shard, world.Store.Current);
            if (outcome.IsStep)
            {
                world.Store.Commit(outcome.Step);
            }
        }

        foreach (var due in deadlines.Tick(world.NowMs, world.Mode, world.Store.NamespaceRevision).Steps)
        {
            world.Store.Commit(due);
        }
    }

    private void TellOfNews()
    {
        foreach (var process in world.Processes.Where(process => process.IsAlive))
        {
            foreach (var (id, shard) in world.Store.Current.Shards)
            {
                if (told.GetValueOrDefault((process, id)) < shard.Revision)
                {
                    told[(process, id)] = shard.Revision;
                    world.Tell(process, id.Value);
                }
            }
        }
    }

    private StoreView SomeView()
    {
        var views = world.Store.Views;
        var back = random.Next(10) < 6 ? 0 : random.Next(Math.Min(views.Count, 25));
        return views[views.Count - 1 - back];
    }

    private SessionRef? AnyLive(StoreView view)
    {
        var live = view.Live;
        return live.Count == 0 ? null : live[random.Next(live.Count)];
    }

    private void WithProcess(Action<SimProcess> action)
    {
        var process = Pick(world.Processes.ToArray());
        if (process.Runs(world.NowMs) && process.Session is not null)
        {
            action(process);
        }
    }

    private void At(int count, Action<int> action)
    {
        if (count > 0)
        {
            action(random.Next(count));
        }
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
