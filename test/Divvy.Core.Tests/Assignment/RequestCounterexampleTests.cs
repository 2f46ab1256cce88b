using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Tests.Assignment.World;

namespace Divvy.Core.Tests.Assignment;

/// <summary>C12 to C17 of docs/handoff.md: requests between two instances, closing, ownership mode, session time.</summary>
public sealed class RequestCounterexampleTests
{
    private const string Shard = "s1";

    private readonly World.World _world = new();

    [Fact]
    public void C12_ForwardReachesTheNextOwnerBeforeItHeardOfYielding_IsQueued()
    {
        var (a, b) = AtYielding();
        _world.Tell(a, Shard);

        _world.Ask(a, _world.Request(Shard)).Kind.ShouldBe(AdmitKind.Forward);
        _world.Ask(b, _world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Queue);
    }

    [Fact]
    public void C12_RouterIsAheadOfTheNewOwner_RequestIsQueued()
    {
        var (a, b) = AtYielding();
        _world.Tell(b, Shard);
        Yield(a);

        _world.Ask(b, _world.Request(Shard, _world[Shard].Revision)).Kind.ShouldBe(AdmitKind.Queue);
        _world.Settle(b, Shard);
        b.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Serve);
    }

    [Fact]
    public void C12_RouterIsAheadOfAnInstanceThatHeardNothing_RequestIsHeldUntilTheNewsCome()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        _world.Expire(a.Session!.Value);
        _world.Beat(b);
        _world.Commit(Handoff.Takeover(_world[Shard], b.Session!.Value, "takeover"));

        var held = _world.Ask(b, _world.Request(Shard, _world[Shard].Revision));
        held.Kind.ShouldBe(AdmitKind.Hold);
        _world.Settle(b, Shard);
        b.Released.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            released => released.Ticket.ShouldBe(held.Ticket),
            released => released.Result.Kind.ShouldBe(AdmitKind.Serve));
    }

    [Fact]
    public void C12_AHeldRequest_EndsAtItsDeadline()
    {
        Owner("a");
        var b = _world.Join("b");
        _world.Ask(b, _world.Request(Shard, new Revision(99))).Kind.ShouldBe(AdmitKind.Hold);
        _world.NowMs += 2_000;
        _world.Beat(b);
        _world.NowMs += 2_000;
        _world.Beat(b);
        b.Released.ShouldBeEmpty();
        _world.NowMs += 1_000;
        _world.Tick(b);
        b.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Overloaded);
    }

    [Fact]
    public void C12_Misdirected_CarriesTheNewestRevisionAndTheOwner()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        _world.Tell(b, Shard);
        var refusal = _world.Ask(b, _world.Request(Shard));
        refusal.Kind.ShouldBe(AdmitKind.Misdirected);
        refusal.Revision.ShouldBe(_world[Shard].Revision);
        refusal.Owner.ShouldBe(a.Session);
        refusal.OwnerAddress.ShouldBe("http://a");
    }

    [Fact]
    public void C13_YieldingIsCancelled_TheQueueOfTheNextOwnerIsEmptied()
    {
        var (a, b) = AtYielding();
        _world.Tell(b, Shard);
        _world.Ask(b, _world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Queue);
        _world.Commit(Handoff.Cancel(_world[Shard], "cancelled"));
        _world.Commit(Handoff.SetStandbys(_world[Shard], [b.Session!.Value], "stays warm"));

        _world.Tell(b, Shard);

        b.Machine.View().ShouldHaveSingleItem().Role.ShouldBe(ShardRole.Standby);
        b.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Misdirected);
        _world.Ask(b, _world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Misdirected);
        _world.Settle(a, Shard);
        _world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C14_MoveThereAndBack_NobodyForwardsToAForwarder()
    {
        var (a, b) = AtYielding();
        Yield(a);
        _world.Settle(b, Shard);
        _world.Settle(a, Shard);
        _world.Ask(a, _world.Request(Shard)).Kind.ShouldBe(AdmitKind.Forward, "late requests are sent on for a while");
        _world.Commit(Handoff.BeginMove(_world[Shard], a.Session!.Value, "back"));
        _world.Settle(a, Shard);
        _world.Process(_world.LastAck(a, AckKind.Ready)).ShouldBe(StepRefusal.None);
        _world.Tell(b, Shard);

        _world.Ask(b, _world.Request(Shard)).Owner.ShouldBe(a.Session);
        _world.Ask(a, _world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Queue);
    }

    [Fact]
    public void C14_AForwardedRequest_IsNotForwardedAgain()
    {
        var (a, _) = AtYielding();
        _world.Tell(a, Shard);
        _world.Ask(a, _world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Misdirected);
    }

    [Fact]
    public void C15_Split_LostCloseOfTheParent_HoldsUpTheChildsYield()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        var parent = _world[Shard];
        var close = Handoff.Close(parent, "split").Step! with { Replacement = null, Kind = StepKind.Remove };
        var floor = GenerationFloor.AboveParents([parent.Record.Generation]);
        _world.Store.CommitTogether(
            close,
            Handoff.Create(new ShardId("child"), HashRange.Full, floor, a.Session, "split", [new ShardId(Shard)]));
        _world.Settle(a, "child");
        _world.Commit(Handoff.BeginMove(_world["child"], b.Session!.Value, "move"));
        _world.Settle(b, "child");
        _world.Process(_world.LastAck(b, AckKind.Ready));
        _world.Settle(a, "child");

        _world.Believers(Shard).ShouldBe([a], "it never heard of the close");
        _world.Acks.ShouldNotContain(ack => ack.Kind == AckKind.Yielded);

        _world.TellAll(a);
        _world.Believers(Shard).ShouldBeEmpty();
        _world.FinishAll(a);
        _world.Process(_world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        _world.Settle(b, "child");
        _world.Believers("child").ShouldBe([b]);
        _world["child"].Record.Generation.ShouldBeGreaterThan(parent.Record.Generation);
    }

    [Fact]
    public void C15_DeleteAndCreate_WaitsForTheOwnerAndStartsAboveItsGenerations()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        _world.Commit(Handoff.Close(_world[Shard], "delete"));
        _world.Believers(Shard).ShouldBe([a]);
        _world.Settle(a, Shard);
        _world.Process(_world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        _world.Store.Current.Shards.ShouldBeEmpty();

        _world.Create(Shard, b.Session, GenerationFloor.AfterDeletion(_world.Store.Current.Revision));
        _world.Settle(b, Shard);
        _world.Tell(a, Shard, new Revision(3));
        _world.FinishAll(a);

        _world.Believers(Shard).ShouldBe([b]);
        _world[Shard].Record.Generation.Value.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void C16_FlipWithoutAcknowledgement_IsRefusedInExclusiveAndComparesTheNamespace()
    {
        var (a, b) = AtYielding();
        var namespaceRevision = _world.Store.NamespaceRevision;
        Handoff.ProceedWithoutAcknowledgement(_world[Shard], OwnershipMode.Exclusive, namespaceRevision, "late")
            .Refusal.ShouldBe(StepRefusal.Mode);

        var old = new Revision(namespaceRevision.Value + 1);
        var flip = Handoff.ProceedWithoutAcknowledgement(_world[Shard], OwnershipMode.Affinity, old, "late");
        _world.Store.Commit(flip.Step!).ShouldBeFalse("it read the mode from a configuration that is no more");
        _world.Settle(b, Shard);
        _world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C17_HeartbeatAck_CountsFromTheSendingOfTheHeartbeatItAnswers()
    {
        var a = _world.Join("a");
        var sentAtMs = _world.NowMs;
        _world.SendHeartbeat(a);
        _world.NowMs += 1_000;
        _world.SendHeartbeat(a);
        _world.ServeHeartbeat(0);
        _world.NowMs += 500;
        _world.DeliverHeartbeatAck(0);
        a.Machine.DeadlineMs.ShouldBe(sentAtMs + World.World.TtlMs - _world.Options.MarginMs(World.World.TtlMs));
    }

    [Fact]
    public void C17_RetriedRegistration_CountsFromTheFirstRequest()
    {
        var a = _world.Start("a");
        var firstMs = _world.NowMs;
        _world.BeginRegistration(a);
        _world.Store.Register(a.Instance, a.Nonce, World.World.TtlMs, _world.NowMs);
        _world.NowMs += 2_000;
        a.Machine.RegistrationSent(_world.NowMs);
        _world.CompleteRegistration(a).ShouldBeTrue();
        a.Machine.DeadlineMs.ShouldBe(firstMs + World.World.TtlMs - _world.Options.MarginMs(World.World.TtlMs));
    }

    [Fact]
    public void C17_AnAnswer_IsNotReleasedAfterTheDeadline()
    {
        var a = Owner("a");
        _world.Ask(a, _world.Request(Shard)).Kind.ShouldBe(AdmitKind.Serve);
        var inside = a.Inside[0].Admission;
        inside.MayRelease(a.Machine.DeadlineMs - 1).ShouldBeTrue();
        inside.MayRelease(a.Machine.DeadlineMs).ShouldBeFalse();
    }

    private SimProcess Owner(string instance)
    {
        var owner = _world.Join(instance);
        _world.Create(Shard, owner.Session);
        _world.Settle(owner, Shard);
        return owner;
    }

    private (SimProcess A, SimProcess B) AtYielding()
    {
        var a = Owner("a");
        var b = _world.Join("b");
        _world.Commit(Handoff.BeginMove(_world[Shard], b.Session!.Value, "move"));
        _world.Settle(b, Shard);
        _world.Process(_world.LastAck(b, AckKind.Ready)).ShouldBe(StepRefusal.None);
        return (a, b);
    }

    private void Yield(SimProcess owner)
    {
        _world.Settle(owner, Shard);
        _world.Process(_world.LastAck(owner, AckKind.Yielded)).ShouldBe(StepRefusal.None);
    }
}
