using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Tests.Assignment.World;

/// <summary>A store, processes and the messages between them, in one thread on one clock. Servers are not objects: anybody
/// may act at any time from any past view, which is all a server can do wrong. After each action the promises are checked.</summary>
internal sealed class World
{
    public const long TtlMs = 3_000;

    private readonly Dictionary<(ShardId, Generation), SessionRef> issued = [];
    private readonly Dictionary<ShardId, Generation> highest = [];

    public SimStore Store { get; } = new();

    public long NowMs { get; set; } = 10_000;

    public List<SimProcess> Processes { get; } = [];

    /// <summary>Acknowledgements sent, ever: each may be processed at any later time, again and again.</summary>
    public List<AckFromInstance> Acks { get; } = [];

    public List<(SimProcess Process, SessionRef Session, ulong Number, ulong Digest)> Heartbeats { get; } = [];

    public List<(SimProcess Process, SessionId Session, ulong Number)> HeartbeatAcks { get; } = [];

    public SortedSet<AdmitKind> Decisions { get; } = [];

    public Mutant Mutant { get; init; }

    public OwnershipMode Mode { get; init; }

    public VersionedShard this[string shard] => Store.Current.Shards[new ShardId(shard)];

    public HostMachineOptions Options => Mutant == Mutant.NoMargin
        ? new HostMachineOptions { MarginFraction = 0, DriftRateSum = 0, MinMarginMs = 0 }
        : new HostMachineOptions();

    public SimProcess Start(string instance, long driftPpm = 0, string? name = null)
    {
        var process = new SimProcess(name ?? $"{instance}{Processes.Count}", new InstanceId(instance), Options, driftPpm);
        Processes.Add(process);
        return process;
    }

    /// <summary>A process with a session.</summary>
    public SimProcess Join(string instance, string? name = null)
    {
        var process = Start(instance, name: name);
        Register(process).ShouldBeTrue();
        return process;
    }

    public bool Register(SimProcess process)
    {
        BeginRegistration(process);
        return CompleteRegistration(process);
    }

    public void BeginRegistration(SimProcess process)
    {
        process.Attempt++;
        process.Session = null;
        process.Registering = true;
        process.Machine.BeginSession(process.Local(NowMs));
        process.Machine.RegistrationSent(process.Local(NowMs));
        Pump(process);
    }

    public bool CompleteRegistration(SimProcess process)
    {
        if (Store.Register(process.Instance, process.Nonce, TtlMs, NowMs) is not { } session)
        {
            return false;
        }

        process.Registering = false;
        process.Session = session;
        process.Machine.SessionGranted(session.Session, TtlMs, process.Local(NowMs));
        Pump(process);
        return true;
    }

    public void Create(string shard, SessionRef? owner, Generation floor = default)
    {
        var id = new ShardId(shard);
        Store.Commit(Handoff.Create(id, HashRange.Full, floor, owner, "created")).ShouldBeTrue();
    }

    public void Commit(StepOutcome outcome)
    {
        outcome.Refusal.ShouldBe(StepRefusal.None);
        Store.Commit(outcome.Step!).ShouldBeTrue(outcome.Step!.Reason);
        Check();
    }

    /// <summary>A server with the view of that revision tells a process what it is to one shard.</summary>
    public void Tell(SimProcess process, string shard, Revision? at = null)
    {
        var view = at is { } revision ? Store.At(revision) : Store.Current;
        Update(process, view, new ShardId(shard));
    }

    public void Update(SimProcess process, StoreView view, ShardId shard)
    {
        if (process.Session is not { } session || view.RoleOf(shard, Addressee(view, shard, session)) is not { } role)
        {
            return;
        }

        if (Mutant == Mutant.RolesWithoutOrder)
        {
            role = role with { Revision = Store.Current.Revision };
        }

        process.Machine.RolesReceived(session.Session, view.Revision, false, [role], process.Local(NowMs));
        if (Mutant == Mutant.AckOnReceipt && role.Role == ShardRole.Yielding)
        {
            Acks.Add(new AckFromInstance(session, shard, role.Revision, AckKind.Yielded));
        }

        Pump(process);
    }

    /// <summary>The full set, as after a reconnect to a server with that view.</summary>
    public void TellAll(SimProcess process, Revision? at = null)
    {
        var view = at is { } revision ? Store.At(revision) : Store.Current;
        if (process.Session is { } session)
        {
            process.Machine.RolesReceived(
                session.Session, view.Revision, true, view.RolesOf(session), process.Local(NowMs));
            Pump(process);
        }
    }

    /// <summary>Ends the oldest handler call that runs.</summary>
    public void Finish(SimProcess process, HandlerResult result, int index = 0)
    {
        var call = process.Running[index];
        process.Running.RemoveAt(index);
        process.Machine.HandlerFinished(call.Operation, result, process.Local(NowMs)).ShouldBeTrue();
        Pump(process);
    }

    public void FinishAll(SimProcess process)
    {
        while (process.Running.Count > 0)
        {
            Finish(process, HandlerResult.Success);
        }
    }

    /// <summary>Tells, and lets the handlers run to their end.</summary>
    public void Settle(SimProcess process, string shard)
    {
        Tell(process, shard);
        FinishAll(process);
    }

    public AckFromInstance LastAck(SimProcess process, AckKind kind) =>
        Acks.Last(ack => ack.Session == process.Session && ack.Kind == kind);

    /// <summary>A server processes an acknowledgement against the record as it is now.</summary>
    public StepRefusal Process(AckFromInstance ack)
    {
        if (!Store.Current.Shards.TryGetValue(ack.Shard, out var shard))
        {
            return StepRefusal.Stale;
        }

        var outcome = Handoff.OnAcknowledged(shard, Mutant == Mutant.AckByGeneration ? ByGeneration(ack, shard) : ack);
        if (outcome.IsStep)
        {
            Store.Commit(outcome.Step);
        }

        Check();
        return outcome.Refusal;
    }

    public ulong SendHeartbeat(SimProcess process)
    {
        var number = process.Machine.HeartbeatSent(process.Local(NowMs));
        Heartbeats.Add((process, process.Session!.Value, number, process.Machine.Digest));
        return number;
    }

    /// <summary>A server gets a heartbeat: it renews, then acknowledges, and sends the set when the digests differ.</summary>
    public void ServeHeartbeat(int index)
    {
        var (process, session, number, digest) = Heartbeats[index];
        Heartbeats.RemoveAt(index);
        if (Mutant == Mutant.AckWithoutRenewal || Store.Renew(session, TtlMs, NowMs))
        {
            HeartbeatAcks.Add((process, session.Session, number));
            if (process.Runs(NowMs) && process.Session == session
                && digest != RoleDigest.Of(Store.Current.RolesOf(session)))
            {
                TellAll(process);
            }
        }
        else if (process.Runs(NowMs) && process.Session == session)
        {
            process.Machine.SessionEnded(session.Session, process.Local(NowMs));
            Pump(process);
            process.Session = null;
        }
    }

    public void DeliverHeartbeatAck(int index)
    {
        var (process, session, number) = HeartbeatAcks[index];
        HeartbeatAcks.RemoveAt(index);
        if (process.IsAlive)
        {
            var newest = Mutant == Mutant.AckWithoutNumber && Heartbeats.Any(sent => sent.Process == process)
                ? Heartbeats.Where(sent => sent.Process == process).Max(sent => sent.Number)
                : number;
            process.Machine.HeartbeatAcked(session, newest, TtlMs, process.Local(NowMs));
            Pump(process);
        }
    }

    /// <summary>Heartbeat, renewal and acknowledgement, at once.</summary>
    public void Beat(SimProcess process)
    {
        SendHeartbeat(process);
        ServeHeartbeat(Heartbeats.Count - 1);
        DeliverHeartbeatAck(HeartbeatAcks.Count - 1);
    }

    public void Tick(SimProcess process)
    {
        process.Machine.Tick(process.Local(NowMs));
        Pump(process);
    }

    public AdmitResult Ask(SimProcess process, RequestInfo request)
    {
        var local = process.Local(NowMs);
        var result = process.Machine.FindGate(request.Shard) is { } gate && gate.TryEnter(local, out var admission)
            ? new AdmitResult { Kind = AdmitKind.Serve, Admission = admission }
            : process.Machine.Admit(request, local);
        Decisions.Add(result.Kind);
        if (result.Kind == AdmitKind.Serve)
        {
            process.Inside.Add((request.Shard, result.Admission));
        }

        process.Waiting[result.Ticket] = request.Shard;
        Pump(process);
        return result;
    }

    public RequestInfo Request(string shard, Revision revision = default, bool forwarded = false, bool nested = false) =>
        new(new ShardId(shard), default, revision, forwarded, nested, NowMs + 5_000);

    public void Leave(SimProcess process, int index = 0)
    {
        var (shard, admission) = process.Inside[index];
        process.Inside.RemoveAt(index);
        if (admission.Leave())
        {
            process.Machine.RequestsLeft(shard, process.Local(NowMs));
        }

        Pump(process);
    }

    public void Crash(SimProcess process)
    {
        process.IsAlive = false;
        process.Running.Clear();
        process.Inside.Clear();
        Check();
    }

    /// <summary>Time goes by until a session's lease is over in the store.</summary>
    public void Expire(SessionRef session)
    {
        while (!Store.IsDue(session, NowMs))
        {
            NowMs += 10;
            Check();
        }

        Store.End(session);
        Check();
    }

    public List<SimProcess> Believers(string shard) =>
        [.. Processes.Where(process => process.Believes(new ShardId(shard), NowMs) is not null)];

    /// <summary>Promise 1, the generations and the session time: at most one believer, one session a generation, never
    /// back, and no belief without a lease.</summary>
    public void Check()
    {
        CheckSessions();
        foreach (var shard in Store.Current.Shards.Keys.Concat(Store.Current.Deleted.Keys))
        {
            SimProcess? believer = null;
            foreach (var process in Processes)
            {
                if (process.Believes(shard, NowMs) is not { } generation)
                {
                    continue;
                }

                if (believer is not null && Mode == OwnershipMode.Exclusive)
                {
                    throw new PromiseBrokenException($"{believer.Name} and {process.Name} both own {shard}");
                }

                believer = process;
                CheckGeneration(shard, generation, process);
            }
        }
    }

    /// <summary>Whoever believes in its session has a lease in the store (R18).</summary>
    private void CheckSessions()
    {
        foreach (var process in Processes)
        {
            if (process.IsAlive && process.Session is { } session && process.Local(NowMs) < process.Machine.DeadlineMs
                && (!Store.Current.IsLive(session) || Store.IsDue(session, NowMs)))
            {
                throw new PromiseBrokenException($"{process.Name} believes in {session}, whose lease is over");
            }
        }
    }

    private void CheckGeneration(ShardId shard, Generation generation, SimProcess process)
    {
        var session = process.Session ?? throw new PromiseBrokenException($"{process.Name} owns {shard} without a session");
        if (!issued.TryAdd((shard, generation), session) && issued[(shard, generation)] != session)
        {
            throw new PromiseBrokenException(
                $"generation {generation} of {shard} is used by {issued[(shard, generation)]} and {session}");
        }

        var highest = this.highest.GetValueOrDefault(shard);
        if (generation < highest && Mode == OwnershipMode.Exclusive)
        {
            throw new PromiseBrokenException($"generation {generation} of {shard} comes back after {highest}");
        }

        this.highest[shard] = generation > highest ? generation : highest;
    }

    private void Pump(SimProcess process)
    {
        var ready = process.Machine.TakeReady();
        process.Journal.AddRange(ready.Journal);
        process.Released.AddRange(ready.Released);
        foreach (var released in ready.Released.Where(released => released.Result.Kind == AdmitKind.Serve))
        {
            process.Inside.Add((process.Waiting[released.Ticket], released.Result.Admission));
        }

        foreach (var ack in ready.Acks)
        {
            var session = new SessionRef(process.Instance, ack.Session);
            Acks.Add(new AckFromInstance(session, ack.Shard, ack.Revision, ack.Kind, ack.HandedOver, ack.Error));
            if (ack.Kind == AckKind.Yielded && process.Machine.FindGate(ack.Shard) is { InFlight: > 0 })
            {
                throw new PromiseBrokenException($"{process.Name} yielded {ack.Shard} with requests inside");
            }
        }

        foreach (var call in ready.Calls)
        {
            if (process.Running.Any(running => running.Shard == call.Shard))
            {
                throw new PromiseBrokenException($"{process.Name} runs two handlers of {call.Shard}");
            }

            process.Running.Add(call);
            process.History.Add(call);
        }

        Check();
    }

    private AckFromInstance ByGeneration(AckFromInstance ack, VersionedShard now)
    {
        var answered = Store.At(ack.Revision).Shards.GetValueOrDefault(ack.Shard);
        return answered.Record is { } then && then.Generation == now.Record.Generation && then.Phase == now.Record.Phase
            ? ack with { Revision = now.Revision }
            : ack;
    }

    private SessionRef Addressee(StoreView view, ShardId shard, SessionRef session)
    {
        if (Mutant == Mutant.RolesByInstance && view.Shards.TryGetValue(shard, out var found)
            && found.Record.Owner is { } owner && owner.Instance == session.Instance)
        {
            return owner;
        }

        return session;
    }
}
