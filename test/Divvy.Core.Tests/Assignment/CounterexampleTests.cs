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

    private readonly World.World world = new();

    [Fact]
    public void C01_OwnerIsASession_ReturningInstance_IsNotActivatedByTheOldRecord()
    {
        var a = Owner("a");
        var old = world[Shard];
        world.Expire(a.Session!.Value);
        world.Register(a).ShouldBeTrue();

        world.Settle(a, Shard);
        world.Believers(Shard).ShouldBeEmpty();

        world.Commit(Handoff.Takeover(old, a.Session!.Value, "back in a new session"));
        world.Settle(a, Shard);
        world.Believers(Shard).ShouldBe([a]);
        world[Shard].Record.Generation.ShouldBe(old.Record.Generation.Next);
        world.Tell(a, Shard, old.Revision);
        world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C02_HeldId_SecondProcessAndTakeover_AreRefusedWhileTheLeaseLives()
    {
        var a = Owner("a");
        var b = world.Join("b");
        var second = world.Start("a");

        world.Register(second).ShouldBeFalse();
        var takeover = Handoff.Takeover(world[Shard], b.Session!.Value, "too early");
        world.Store.Commit(takeover.Step!).ShouldBeFalse();

        world.Expire(a.Session!.Value);
        world.Beat(b);
        world.CompleteRegistration(second).ShouldBeTrue();
        world.Store.Commit(takeover.Step!).ShouldBeTrue();
        world.Settle(b, Shard);
        world.Believers(Shard).ShouldBe([b]);
    }

    [Fact]
    public void C02_RetriedRegistration_SameNonce_GetsTheSameSession()
    {
        var a = world.Start("a");
        world.Register(a).ShouldBeTrue();
        var session = a.Session;
        world.CompleteRegistration(a).ShouldBeTrue();
        a.Session.ShouldBe(session);
    }

    [Fact]
    public void C03_Deregister_NamesTheSession_ARetriedCopyEndsNothingElse()
    {
        var a = Owner("a");
        var former = a.Session!.Value;
        a.Machine.EndSession(a.Local(world.NowMs));
        world.Tick(a);
        a.Machine.IsEmpty.ShouldBeFalse("the drop handler still runs, so it is too early to deregister");
        world.FinishAll(a);
        a.Machine.IsEmpty.ShouldBeTrue();
        world.Store.End(former);
        world.Register(a).ShouldBeTrue();
        world.Commit(Handoff.Takeover(world[Shard], a.Session!.Value, "back"));
        world.Settle(a, Shard);

        world.Store.End(former);

        world.Store.Current.IsLive(a.Session!.Value).ShouldBeTrue();
        world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C04_StaleSessionList_Takeover_FailsInTheTransaction()
    {
        var a = Owner("a");
        var b = world.Join("b");
        world.Expire(a.Session!.Value);
        world.Store.End(b.Session!.Value);
        world.Register(b).ShouldBeTrue();
        var listed = world.Store.Current;
        world.Register(a).ShouldBeTrue();
        world.Commit(Handoff.Takeover(world[Shard], a.Session!.Value, "leader"));
        world.Settle(a, Shard);

        listed.IsLive(a.Session!.Value).ShouldBeFalse("the successor listed the sessions before this one");
        Repair.Examine(world[Shard], listed).Need.ShouldBe(RepairNeed.NewOwner);
        var takeover = Handoff.Takeover(world[Shard], b.Session!.Value, "successor");

        world.Store.Commit(takeover.Step!).ShouldBeFalse();
        world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C05_OrderByRevision_OldActiveAfterTheFlip_IsIgnored()
    {
        var (a, b) = Moved();
        var stable = new Revision(world[Shard].Revision.Value - 3);
        world.Store.At(stable).RoleOf(new ShardId(Shard), a.Session!.Value)!.Role.ShouldBe(ShardRole.Active);

        world.Tell(a, Shard, stable);
        world.FinishAll(a);
        world.Settle(b, Shard);

        world.Believers(Shard).ShouldBe([b]);
    }

    [Fact]
    public void C05_ForgettingOnDrop_OldActiveAfterTheDrop_IsIgnored()
    {
        var (a, b) = Moved();
        var stable = new Revision(world[Shard].Revision.Value - 3);
        world.Settle(a, Shard);
        a.Machine.IsEmpty.ShouldBeTrue();
        world.Settle(b, Shard);

        world.Tell(a, Shard, stable);
        world.TellAll(a, stable);
        world.FinishAll(a);

        world.Believers(Shard).ShouldBe([b]);
    }

    [Fact]
    public void C06_AckNamesTheRevision_YieldedOfACancelledMove_DoesNotFlipTheNext()
    {
        var a = Owner("a");
        var b = world.Join("b");
        var c = world.Join("c");
        MoveToYielding(a, b);
        world.Settle(a, Shard);
        var old = world.LastAck(a, AckKind.Yielded);
        world.Store.End(b.Session!.Value);
        b.IsAlive = false;
        world.Commit(Repair.Examine(world[Shard], world.Store.Current).Step!);
        world.Settle(a, Shard);
        BeginMove(c);
        world.Settle(c, Shard);
        world.Process(world.LastAck(c, AckKind.Ready)).ShouldBe(StepRefusal.None);

        world.Process(old).ShouldBe(StepRefusal.Stale);
        world[Shard].Record.Phase.ShouldBe(ShardPhase.Yielding);
        world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C06_AckNamesTheRevision_ReadyOfACancelledMove_DoesNotStartTheNext()
    {
        Owner("a");
        var b = world.Join("b");
        BeginMove(b);
        world.Settle(b, Shard);
        var old = world.LastAck(b, AckKind.Ready);
        world.Commit(Handoff.Cancel(world[Shard], "later"));
        world.Settle(b, Shard);
        BeginMove(b);

        world.Process(old).ShouldBe(StepRefusal.Stale);
        world[Shard].Record.Phase.ShouldBe(ShardPhase.Preparing);
    }

    [Fact]
    public void C07_Yielded_WaitsForTheLastRequestInside()
    {
        var a = Owner("a");
        var b = world.Join("b");
        world.Ask(a, world.Request(Shard)).Kind.ShouldBe(AdmitKind.Serve);
        MoveToYielding(a, b);

        world.Tell(a, Shard);
        a.Running.ShouldBeEmpty("the hand-over begins when nobody is inside");
        world.Acks.ShouldNotContain(ack => ack.Kind == AckKind.Yielded);
        a.Inside[0].Admission.MayRelease(a.Local(world.NowMs)).ShouldBeTrue();

        world.Leave(a);
        world.FinishAll(a);
        world.Process(world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        world[Shard].Record.Owner.ShouldBe(b.Session);
    }

    [Fact]
    public void C08_NextDiesWhileYielding_OwnerGoesOn()
    {
        var a = Owner("a");
        var b = world.Join("b");
        MoveToYielding(a, b);
        world.Settle(a, Shard);
        world.Believers(Shard).ShouldBeEmpty();
        var yielding = world[Shard];
        world.Crash(b);
        world.Store.End(b.Session!.Value);

        var flip = Handoff.OnAcknowledged(yielding, world.LastAck(a, AckKind.Yielded));
        world.Store.Commit(flip.Step!).ShouldBeFalse("nobody flips to a session that is gone");
        world.Commit(Repair.Examine(world[Shard], world.Store.Current).Step!);
        world.Settle(a, Shard);

        world.Believers(Shard).ShouldBe([a]);
        world[Shard].Record.Generation.ShouldBe(yielding.Record.Generation);
    }

    [Fact]
    public void C09_SelfFencedWithTheSessionAlive_TheEqualRoleActivatesAgain()
    {
        var a = Owner("a");
        var record = world[Shard];
        world.SendHeartbeat(a);
        world.ServeHeartbeat(0);
        world.NowMs += World.World.TtlMs - 100;
        world.Tick(a);
        world.FinishAll(a);
        world.Believers(Shard).ShouldBeEmpty();
        a.Journal[^2].Event.ShouldBe(JournalEvent.LeaseLost);
        a.Machine.Digest.ShouldBe(RoleDigest.Empty);

        world.Beat(a);
        world.Beat(a);
        world.FinishAll(a);

        world[Shard].ShouldBe(record, "the record never changed");
        world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C10_LostAck_IsRepeatedByTimeAndByTheSameRole()
    {
        var a = Owner("a");
        var b = world.Join("b");
        MoveToYielding(a, b);
        world.Settle(a, Shard);
        world.Acks.Clear();

        world.Tell(a, Shard);
        world.LastAck(a, AckKind.Yielded).Revision.ShouldBe(world[Shard].Revision);
        world.Acks.Clear();

        world.NowMs += world.Options.AckRepeatMs;
        world.Tick(a);
        world.Process(world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        world[Shard].Record.Owner.ShouldBe(b.Session);
    }

    [Fact]
    public void C11_ForwardedRequests_DoNotCountAsInside()
    {
        var a = Owner("a");
        var b = world.Join("b");
        MoveToYielding(a, b);
        world.Tell(a, Shard);
        world.Tell(b, Shard);

        var forward = world.Ask(a, world.Request(Shard));
        forward.Kind.ShouldBe(AdmitKind.Forward);
        forward.Owner.ShouldBe(b.Session);
        var queued = world.Ask(b, world.Request(Shard, forwarded: true));
        queued.Kind.ShouldBe(AdmitKind.Queue);

        world.FinishAll(a);
        world.Process(world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        world.Settle(b, Shard);
        b.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Serve);
    }

    [Fact]
    public void C11_NestedCallToAShardThatYields_RunsBesideItsSender()
    {
        var a = Owner("a");
        var b = world.Join("b");
        world.Ask(a, world.Request(Shard));
        MoveToYielding(a, b);
        world.Tell(a, Shard);

        world.Ask(a, world.Request(Shard, nested: true)).Kind.ShouldBe(AdmitKind.Serve);
        world.Leave(a);
        a.Running.ShouldBeEmpty("the other one is still inside");
        world.Leave(a);
        a.Running.ShouldHaveSingleItem().Kind.ShouldBe(HandlerKind.PrepareDrop);
        world.Ask(a, world.Request(Shard, nested: true)).Kind.ShouldBe(AdmitKind.Misdirected);
    }

    private SimProcess Owner(string instance)
    {
        var owner = world.Join(instance);
        world.Create(Shard, owner.Session);
        world.Settle(owner, Shard);
        world.Believers(Shard).ShouldBe([owner]);
        return owner;
    }

    private void BeginMove(SimProcess next) => world.Commit(Handoff.BeginMove(world[Shard], next.Session!.Value, "move"));

    private void MoveToYielding(SimProcess owner, SimProcess next)
    {
        BeginMove(next);
        world.Settle(next, Shard);
        world.Process(world.LastAck(next, AckKind.Ready)).ShouldBe(StepRefusal.None);
        world[Shard].Record.Owner.ShouldBe(owner.Session);
    }

    private (SimProcess A, SimProcess B) Moved()
    {
        var a = Owner("a");
        var b = world.Join("b");
        MoveToYielding(a, b);
        world.Settle(a, Shard);
        world.Process(world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        return (a, b);
    }
}
