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

    private readonly Random _random;
    private readonly World _world;
    private readonly MoveDeadlines _deadlines = new(new MoveDeadlinesOptions
    {
        PrepareTimeoutMs = 2_000,
        YieldTimeoutMs = 1_000,
        RepeatMs = 500,
        PenaltyMs = 1_000,
    });

    private readonly Dictionary<(SimProcess, ShardId), Revision> _told = [];
    private int _processedAcks;

    public Explorer(int seed, Mutant mutant = Mutant.None, OwnershipMode mode = OwnershipMode.Exclusive)
    {
        _random = new Random(seed);
        _world = new World { Mutant = mutant, Mode = mode };
        foreach (var instance in Instances)
        {
            // Slow clocks believe for longer. This is far more than any crystal, and inside the default margin of 10 %.
            _world.Register(_world.Start(instance, driftPpm: -_random.Next(0, MaxDriftPpm)));
        }

        foreach (var shard in AllShards)
        {
            var owner = AnyLive(_world.Store.Current);
            _world.Create(shard.Value, owner);
            foreach (var process in _world.Processes)
            {
                _world.Settle(process, shard.Value);
            }
        }
    }

    public World World => _world;

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Step();
            _world.Check();
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

        var state = _world.Store.Current.Shards.Values.Select(shard => $"{shard.Record} at {shard.Revision}");
        throw new PromiseBrokenException("never came to rest: " + string.Join("; ", state));
    }

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 20: PassTime(); break;
            case < 28: WithProcess(process => _world.SendHeartbeat(process)); break;
            case < 37: At(_world.Heartbeats.Count, _world.ServeHeartbeat); break;
            case < 46: At(_world.HeartbeatAcks.Count, DeliverHeartbeatAck); break;
            case < 60: WithProcess(TellSomething); break;
            case < 62: WithProcess(process => _world.TellAll(process, SomeView().Revision)); break;
            case < 72: WithProcess(FinishSomething); break;
            case < 79: ProcessSomeAck(); break;
            case < 87: Control(); break;
            case < 92: WithProcess(UseShard); break;
            case < 95: WithProcess(_world.Tick); break;
            case < 97: Expire(); break;
            default: Fault(); break;
        }
    }

    private void PassTime()
    {
        var longest = _random.Next(100) switch { < 85 => 40, < 98 => 400, _ => 2 * (int)World.TtlMs };
        var until = _world.NowMs + _random.Next(1, longest);
        while (_world.NowMs < until)
        {
            _world.NowMs = Math.Min(until, _world.NowMs + 20);
            _world.Check();
        }
    }

    private void DeliverHeartbeatAck(int index)
    {
        if (_world.HeartbeatAcks[index].Process.Runs(_world.NowMs))
        {
            _world.DeliverHeartbeatAck(index);
        }
    }

    private void TellSomething(SimProcess process) => _world.Update(process, SomeView(), Pick(AllShards));

    private void FinishSomething(SimProcess process)
    {
        if (process.Running.Count == 0)
        {
            return;
        }

        var result = _random.Next(100) switch
        {
            < 10 => HandlerResult.Failure("it broke"),
            < 55 => HandlerResult.SuccessWithHandOver,
            _ => HandlerResult.Success,
        };
        _world.Finish(process, result, _random.Next(process.Running.Count));
    }

    private void ProcessSomeAck()
    {
        if (_world.Acks.Count == 0)
        {
            return;
        }

        var recent = Math.Min(_world.Acks.Count, 6);
        var index = _random.Next(3) == 0 ? _random.Next(_world.Acks.Count) : _world.Acks.Count - 1 - _random.Next(recent);
        _world.Process(_world.Acks[index]);
    }

    private void UseShard(SimProcess process)
    {
        if (process.Inside.Count > 0 && _random.Next(2) == 0)
        {
            _world.Leave(process, _random.Next(process.Inside.Count));
            return;
        }

        var known = _random.Next(3) == 0 ? _world.Store.Current.Revision : default;
        _world.Ask(process, _world.Request(Pick(AllShards).Value, known, forwarded: _random.Next(3) == 0));
    }

    private void Control()
    {
        var id = Pick(AllShards);
        var now = _world.Store.Current;
        if (!now.Shards.TryGetValue(id, out var shard))
        {
            CreateAgain(id);
            return;
        }

        _deadlines.Observe(shard, _world.NowMs);
        var directory = _random.Next(3) == 0 ? SomeView() : now;
        var outcome = _random.Next(10) switch
        {
            < 3 => Repaired(shard, directory),
            < 6 => AnyLive(now) is { } next ? Handoff.BeginMove(shard, next, "move") : StepRefusal.BadTarget,
            < 8 => Handoff.Cancel(shard, "cancel"),
            8 => Annotate(shard, now),
            _ => Rare(shard),
        };
        if (outcome.IsStep)
        {
            _world.Store.Commit(outcome.Step, guarded: _world.Mutant != Mutant.TakeoverWithoutCompare);
        }

        foreach (var due in _deadlines.Tick(_world.NowMs, _world.Mode, _world.Store.NamespaceRevision).Steps)
        {
            _world.Store.Commit(due);
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
        return _random.Next(2) == 0 || standby is null
            ? Handoff.SetPin(shard, shard.Record.Pin is null ? new InstanceId("a") : null, "pin")
            : Handoff.SetStandbys(shard, [standby.Value], "standby");
    }

    private StepOutcome Rare(VersionedShard shard)
    {
        if (_world.Mutant == Mutant.FlipWithoutAck)
        {
            return Handoff.ProceedWithoutAcknowledgement(
                shard, OwnershipMode.Affinity, _world.Store.NamespaceRevision, "an old configuration");
        }

        if (_world.Mutant == Mutant.DeleteWithoutYield)
        {
            var close = Handoff.Close(shard, "delete");
            return close.IsStep ? close.Step with { Replacement = null } : close;
        }

        return Handoff.Close(shard, "close");
    }

    private void CreateAgain(ShardId id)
    {
        var floor = _world.Mutant == Mutant.GenerationsRestart
            ? default
            : GenerationFloor.AfterDeletion(_world.Store.Current.Revision);
        _world.Create(id.Value, AnyLive(_world.Store.Current), floor);
    }

    private void Expire()
    {
        foreach (var session in _world.Store.Current.Live)
        {
            if (_world.Store.IsDue(session, _world.NowMs)
                || (_world.Mutant == Mutant.EarlyRevocation && _random.Next(20) == 0))
            {
                _world.Store.End(session);
            }
        }
    }

    private void Fault()
    {
        var process = Pick(_world.Processes.ToArray());
        switch (_random.Next(6))
        {
            case 0 when process.IsAlive && _world.Processes.Count(any => any.IsAlive) > 1:
                _world.Crash(process);
                break;
            case 1:
                process.PausedUntilMs = _world.NowMs + _random.Next((int)(2 * World.TtlMs));
                break;
            case 2 when _world.Processes.Count < 6:
                _world.BeginRegistration(_world.Start(Pick(Instances), driftPpm: -_random.Next(0, MaxDriftPpm)));
                break;
            case 3 when process.Runs(_world.NowMs) && process.Session is { } session:
                Leave(process, session);
                break;
            default:
                if (process.Runs(_world.NowMs))
                {
                    ReRegister(process);
                }

                break;
        }
    }

    private void Leave(SimProcess process, SessionRef session)
    {
        process.Machine.EndSession(process.Local(_world.NowMs));
        _world.Tick(process);
        if (process.Machine.IsEmpty)
        {
            _world.Store.End(session);
            process.Session = null;
        }
    }

    private void ReRegister(SimProcess process)
    {
        if (process.Registering)
        {
            _world.CompleteRegistration(process);
        }
        else if (process.Session is not { } session || process.Machine.Session.IsNone
            || !_world.Store.Current.IsLive(session))
        {
            _world.BeginRegistration(process);
        }
    }

    private void Calm()
    {
        if (!_world.Processes.Any(process => process.IsAlive))
        {
            _world.Start("a");
        }

        foreach (var process in _world.Processes)
        {
            process.PausedUntilMs = long.MinValue;
            foreach (var shard in AllShards)
            {
                _told[(process, shard)] = _world.Store.Current.Revision;
            }
        }

        _processedAcks = _world.Acks.Count;
    }

    private bool IsAtRest() => _world.Store.Current.Shards.Values.All(shard =>
        shard.Record is { Phase: ShardPhase.Stable, Owner: { } owner }
        && _world.Store.Current.IsLive(owner)
        && _world.Processes.Any(process => process.Session == owner
            && process.Believes(shard.Record.Shard, _world.NowMs) == shard.Record.Generation));

    private void QuietRound()
    {
        _world.NowMs += 50;
        Expire();
        foreach (var process in _world.Processes.Where(process => process.IsAlive))
        {
            ReRegister(process);
            _world.Tick(process);
            _world.FinishAll(process);
            while (process.Inside.Count > 0)
            {
                _world.Leave(process);
            }

            if (process.Session is not null)
            {
                _world.SendHeartbeat(process);
            }
        }

        while (_world.Heartbeats.Count > 0)
        {
            _world.ServeHeartbeat(0);
        }

        while (_world.HeartbeatAcks.Count > 0)
        {
            _world.DeliverHeartbeatAck(0);
        }

        for (; _processedAcks < _world.Acks.Count; _processedAcks++)
        {
            _world.Process(_world.Acks[_processedAcks]);
        }

        RepairAll();
        TellOfNews();
    }

    private void RepairAll()
    {
        foreach (var shard in _world.Store.Current.Shards.Values)
        {
            _deadlines.Observe(shard, _world.NowMs);
            var outcome = Repaired(shard, _world.Store.Current);
            if (outcome.IsStep)
            {
                _world.Store.Commit(outcome.Step);
            }
        }

        foreach (var due in _deadlines.Tick(_world.NowMs, _world.Mode, _world.Store.NamespaceRevision).Steps)
        {
            _world.Store.Commit(due);
        }
    }

    private void TellOfNews()
    {
        foreach (var process in _world.Processes.Where(process => process.IsAlive))
        {
            foreach (var (id, shard) in _world.Store.Current.Shards)
            {
                if (_told.GetValueOrDefault((process, id)) < shard.Revision)
                {
                    _told[(process, id)] = shard.Revision;
                    _world.Tell(process, id.Value);
                }
            }
        }
    }

    private StoreView SomeView()
    {
        var views = _world.Store.Views;
        var back = _random.Next(10) < 6 ? 0 : _random.Next(Math.Min(views.Count, 25));
        return views[views.Count - 1 - back];
    }

    private SessionRef? AnyLive(StoreView view)
    {
        var live = view.Live;
        return live.Count == 0 ? null : live[_random.Next(live.Count)];
    }

    private void WithProcess(Action<SimProcess> action)
    {
        var process = Pick(_world.Processes.ToArray());
        if (process.Runs(_world.NowMs) && process.Session is not null)
        {
            action(process);
        }
    }

    private void At(int count, Action<int> action)
    {
        if (count > 0)
        {
            action(_random.Next(count));
        }
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
