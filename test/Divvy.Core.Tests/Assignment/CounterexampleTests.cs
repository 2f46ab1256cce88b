using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Tests.Assignment.World;

namespace Divvy.Core.Tests.Assignment;

/// <summary>The ways a naive handoff breaks, C01 to C11 of docs/handoff.md, each played on the real steps, roles and host
/// machines. The world checks after each action that nobody else believes; the tests say what must happen instead.</summary>
public sealed class CounterexampleTests
{
    private const string Shard = "s1";

    private readonly World.World _world = new();

    [Fact]
    public void C01_OwnerIsASession_ReturningInstance_IsNotActivatedByTheOldRecord()
    {
        var a = Owner("a");
        var old = _world[Shard];
        _world.Expire(a.Session!.Value);
        _world.Register(a).ShouldBeTrue();

        _world.Settle(a, Shard);
        _world.Believers(Shard).ShouldBeEmpty();

        _world.Commit(Handoff.Takeover(old, a.Session!.Value, "back in a new session"));
        _world.Settle(a, Shard);
        _world.Believers(Shard).ShouldBe([a]);
        _world[Shard].Record.Generation.ShouldBe(old.Record.Generation.Next);
        _world.Tell(a, Shard, old.Revision);
        _world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C02_HeldId_SecondProcessAndTakeover_AreRefusedWhileTheLeaseLives()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        var second = _world.Start("a");

        _world.Register(second).ShouldBeFalse();
        var takeover = Handoff.Takeover(_world[Shard], b.Session!.Value, "too early");
        _world.Store.Commit(takeover.Step!).ShouldBeFalse();

        _world.Expire(a.Session!.Value);
        _world.Beat(b);
        _world.CompleteRegistration(second).ShouldBeTrue();
        _world.Store.Commit(takeover.Step!).ShouldBeTrue();
        _world.Settle(b, Shard);
        _world.Believers(Shard).ShouldBe([b]);
    }

    [Fact]
    public void C02_RetriedRegistration_SameNonce_GetsTheSameSession()
    {
        var a = _world.Start("a");
        _world.Register(a).ShouldBeTrue();
        var session = a.Session;
        _world.CompleteRegistration(a).ShouldBeTrue();
        a.Session.ShouldBe(session);
    }

    [Fact]
    public void C03_Deregister_NamesTheSession_ARetriedCopyEndsNothingElse()
    {
        var a = Owner("a");
        var former = a.Session!.Value;
        a.Machine.EndSession(a.Local(_world.NowMs));
        _world.Tick(a);
        a.Machine.IsEmpty.ShouldBeFalse("the drop handler still runs, so it is too early to deregister");
        _world.FinishAll(a);
        a.Machine.IsEmpty.ShouldBeTrue();
        _world.Store.End(former);
        _world.Register(a).ShouldBeTrue();
        _world.Commit(Handoff.Takeover(_world[Shard], a.Session!.Value, "back"));
        _world.Settle(a, Shard);

        _world.Store.End(former);

        _world.Store.Current.IsLive(a.Session!.Value).ShouldBeTrue();
        _world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C04_StaleSessionList_Takeover_FailsInTheTransaction()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        _world.Expire(a.Session!.Value);
        _world.Store.End(b.Session!.Value);
        _world.Register(b).ShouldBeTrue();
        var listed = _world.Store.Current;
        _world.Register(a).ShouldBeTrue();
        _world.Commit(Handoff.Takeover(_world[Shard], a.Session!.Value, "leader"));
        _world.Settle(a, Shard);

        listed.IsLive(a.Session!.Value).ShouldBeFalse("the successor listed the sessions before this one");
        Repair.Examine(_world[Shard], listed).Need.ShouldBe(RepairNeed.NewOwner);
        var takeover = Handoff.Takeover(_world[Shard], b.Session!.Value, "successor");

        _world.Store.Commit(takeover.Step!).ShouldBeFalse();
        _world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C05_OrderByRevision_OldActiveAfterTheFlip_IsIgnored()
    {
        var (a, b) = Moved();
        var stable = new Revision(_world[Shard].Revision.Value - 3);
        _world.Store.At(stable).RoleOf(new ShardId(Shard), a.Session!.Value)!.Role.ShouldBe(ShardRole.Active);

        _world.Tell(a, Shard, stable);
        _world.FinishAll(a);
        _world.Settle(b, Shard);

        _world.Believers(Shard).ShouldBe([b]);
    }

    [Fact]
    public void C05_ForgettingOnDrop_OldActiveAfterTheDrop_IsIgnored()
    {
        var (a, b) = Moved();
        var stable = new Revision(_world[Shard].Revision.Value - 3);
        _world.Settle(a, Shard);
        a.Machine.IsEmpty.ShouldBeTrue();
        _world.Settle(b, Shard);

        _world.Tell(a, Shard, stable);
        _world.TellAll(a, stable);
        _world.FinishAll(a);

        _world.Believers(Shard).ShouldBe([b]);
    }

    [Fact]
    public void C06_AckNamesTheRevision_YieldedOfACancelledMove_DoesNotFlipTheNext()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        var c = _world.Join("c");
        MoveToYielding(a, b);
        _world.Settle(a, Shard);
        var old = _world.LastAck(a, AckKind.Yielded);
        _world.Store.End(b.Session!.Value);
        b.IsAlive = false;
        _world.Commit(Repair.Examine(_world[Shard], _world.Store.Current).Step!);
        _world.Settle(a, Shard);
        BeginMove(c);
        _world.Settle(c, Shard);
        _world.Process(_world.LastAck(c, AckKind.Ready)).ShouldBe(StepRefusal.None);

        _world.Process(old).ShouldBe(StepRefusal.Stale);
        _world[Shard].Record.Phase.ShouldBe(ShardPhase.Yielding);
        _world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C06_AckNamesTheRevision_ReadyOfACancelledMove_DoesNotStartTheNext()
    {
        Owner("a");
        var b = _world.Join("b");
        BeginMove(b);
        _world.Settle(b, Shard);
        var old = _world.LastAck(b, AckKind.Ready);
        _world.Commit(Handoff.Cancel(_world[Shard], "later"));
        _world.Settle(b, Shard);
        BeginMove(b);

        _world.Process(old).ShouldBe(StepRefusal.Stale);
        _world[Shard].Record.Phase.ShouldBe(ShardPhase.Preparing);
    }

    [Fact]
    public void C07_Yielded_WaitsForTheLastRequestInside()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        _world.Ask(a, _world.Request(Shard)).Kind.ShouldBe(AdmitKind.Serve);
        MoveToYielding(a, b);

        _world.Tell(a, Shard);
        a.Running.ShouldBeEmpty("the hand-over begins when nobody is inside");
        _world.Acks.ShouldNotContain(ack => ack.Kind == AckKind.Yielded);
        a.Inside[0].Admission.MayRelease(a.Local(_world.NowMs)).ShouldBeTrue();

        _world.Leave(a);
        _world.FinishAll(a);
        _world.Process(_world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        _world[Shard].Record.Owner.ShouldBe(b.Session);
    }

    [Fact]
    public void C08_NextDiesWhileYielding_OwnerGoesOn()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        MoveToYielding(a, b);
        _world.Settle(a, Shard);
        _world.Believers(Shard).ShouldBeEmpty();
        var yielding = _world[Shard];
        _world.Crash(b);
        _world.Store.End(b.Session!.Value);

        var flip = Handoff.OnAcknowledged(yielding, _world.LastAck(a, AckKind.Yielded));
        _world.Store.Commit(flip.Step!).ShouldBeFalse("nobody flips to a session that is gone");
        _world.Commit(Repair.Examine(_world[Shard], _world.Store.Current).Step!);
        _world.Settle(a, Shard);

        _world.Believers(Shard).ShouldBe([a]);
        _world[Shard].Record.Generation.ShouldBe(yielding.Record.Generation);
    }

    [Fact]
    public void C09_SelfFencedWithTheSessionAlive_TheEqualRoleActivatesAgain()
    {
        var a = Owner("a");
        var record = _world[Shard];
        _world.SendHeartbeat(a);
        _world.ServeHeartbeat(0);
        _world.NowMs += World.World.TtlMs - 100;
        _world.Tick(a);
        _world.FinishAll(a);
        _world.Believers(Shard).ShouldBeEmpty();
        a.Journal[^2].Event.ShouldBe(JournalEvent.LeaseLost);
        a.Machine.Digest.ShouldBe(RoleDigest.Empty);

        _world.Beat(a);
        _world.Beat(a);
        _world.FinishAll(a);

        _world[Shard].ShouldBe(record, "the record never changed");
        _world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C10_LostAck_IsRepeatedByTimeAndByTheSameRole()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        MoveToYielding(a, b);
        _world.Settle(a, Shard);
        _world.Acks.Clear();

        _world.Tell(a, Shard);
        _world.LastAck(a, AckKind.Yielded).Revision.ShouldBe(_world[Shard].Revision);
        _world.Acks.Clear();

        _world.NowMs += _world.Options.AckRepeatMs;
        _world.Tick(a);
        _world.Process(_world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        _world[Shard].Record.Owner.ShouldBe(b.Session);
    }

    [Fact]
    public void C11_ForwardedRequests_DoNotCountAsInside()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        MoveToYielding(a, b);
        _world.Tell(a, Shard);
        _world.Tell(b, Shard);

        var forward = _world.Ask(a, _world.Request(Shard));
        forward.Kind.ShouldBe(AdmitKind.Forward);
        forward.Owner.ShouldBe(b.Session);
        var queued = _world.Ask(b, _world.Request(Shard, forwarded: true));
        queued.Kind.ShouldBe(AdmitKind.Queue);

        _world.FinishAll(a);
        _world.Process(_world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        _world.Settle(b, Shard);
        b.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Serve);
    }

    [Fact]
    public void C11_NestedCallToAShardThatYields_RunsBesideItsSender()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        _world.Ask(a, _world.Request(Shard));
        MoveToYielding(a, b);
        _world.Tell(a, Shard);

        _world.Ask(a, _world.Request(Shard, nested: true)).Kind.ShouldBe(AdmitKind.Serve);
        _world.Leave(a);
        a.Running.ShouldBeEmpty("the other one is still inside");
        _world.Leave(a);
        a.Running.ShouldHaveSingleItem().Kind.ShouldBe(HandlerKind.PrepareDrop);
        _world.Ask(a, _world.Request(Shard, nested: true)).Kind.ShouldBe(AdmitKind.Misdirected);
    }

    private SimProcess Owner(string instance)
    {
        var owner = _world.Join(instance);
        _world.Create(Shard, owner.Session);
        _world.Settle(owner, Shard);
        _world.Believers(Shard).ShouldBe([owner]);
        return owner;
    }

    private void BeginMove(SimProcess next) => _world.Commit(Handoff.BeginMove(_world[Shard], next.Session!.Value, "move"));

    private void MoveToYielding(SimProcess owner, SimProcess next)
    {
        BeginMove(next);
        _world.Settle(next, Shard);
        _world.Process(_world.LastAck(next, AckKind.Ready)).ShouldBe(StepRefusal.None);
        _world[Shard].Record.Owner.ShouldBe(owner.Session);
    }

    private (SimProcess A, SimProcess B) Moved()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        MoveToYielding(a, b);
        _world.Settle(a, Shard);
        _world.Process(_world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        return (a, b);
    }
}
