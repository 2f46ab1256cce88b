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

    private readonly World.World world = new();

    [Fact]
    public void C12_ForwardReachesTheNextOwnerBeforeItHeardOfYielding_IsQueued()
    {
        var (a, b) = AtYielding();
        world.Tell(a, Shard);

        world.Ask(a, world.Request(Shard)).Kind.ShouldBe(AdmitKind.Forward);
        world.Ask(b, world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Queue);
    }

    [Fact]
    public void C12_RouterIsAheadOfTheNewOwner_RequestIsQueued()
    {
        var (a, b) = AtYielding();
        world.Tell(b, Shard);
        Yield(a);

        world.Ask(b, world.Request(Shard, world[Shard].Revision)).Kind.ShouldBe(AdmitKind.Queue);
        world.Settle(b, Shard);
        b.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Serve);
    }

    [Fact]
    public void C12_RouterIsAheadOfAnInstanceThatHeardNothing_RequestIsHeldUntilTheNewsCome()
    {
        var a = Owner("a");
        var b = world.Join("b");
        world.Expire(a.Session!.Value);
        world.Beat(b);
        world.Commit(Handoff.Takeover(world[Shard], b.Session!.Value, "takeover"));

        var held = world.Ask(b, world.Request(Shard, world[Shard].Revision));
        held.Kind.ShouldBe(AdmitKind.Hold);
        world.Settle(b, Shard);
        b.Released.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            released => released.Ticket.ShouldBe(held.Ticket),
            released => released.Result.Kind.ShouldBe(AdmitKind.Serve));
    }

    [Fact]
    public void C12_AHeldRequest_EndsAtItsDeadline()
    {
        Owner("a");
        var b = world.Join("b");
        world.Ask(b, world.Request(Shard, new Revision(99))).Kind.ShouldBe(AdmitKind.Hold);
        world.NowMs += 2_000;
        world.Beat(b);
        world.NowMs += 2_000;
        world.Beat(b);
        b.Released.ShouldBeEmpty();
        world.NowMs += 1_000;
        world.Tick(b);
        b.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Overloaded);
    }

    [Fact]
    public void C12_Misdirected_CarriesTheNewestRevisionAndTheOwner()
    {
        var a = Owner("a");
        var b = world.Join("b");
        world.Tell(b, Shard);
        var refusal = world.Ask(b, world.Request(Shard));
        refusal.Kind.ShouldBe(AdmitKind.Misdirected);
        refusal.Revision.ShouldBe(world[Shard].Revision);
        refusal.Owner.ShouldBe(a.Session);
        refusal.OwnerAddress.ShouldBe("http://a");
    }

    [Fact]
    public void C13_YieldingIsCancelled_TheQueueOfTheNextOwnerIsEmptied()
    {
        var (a, b) = AtYielding();
        world.Tell(b, Shard);
        world.Ask(b, world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Queue);
        world.Commit(Handoff.Cancel(world[Shard], "cancelled"));
        world.Commit(Handoff.SetStandbys(world[Shard], [b.Session!.Value], "stays warm"));

        world.Tell(b, Shard);

        b.Machine.View().ShouldHaveSingleItem().Role.ShouldBe(ShardRole.Standby);
        b.Released.ShouldHaveSingleItem().Result.Kind.ShouldBe(AdmitKind.Misdirected);
        world.Ask(b, world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Misdirected);
        world.Settle(a, Shard);
        world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C14_MoveThereAndBack_NobodyForwardsToAForwarder()
    {
        var (a, b) = AtYielding();
        Yield(a);
        world.Settle(b, Shard);
        world.Settle(a, Shard);
        world.Ask(a, world.Request(Shard)).Kind.ShouldBe(AdmitKind.Forward, "late requests are sent on for a while");
        world.Commit(Handoff.BeginMove(world[Shard], a.Session!.Value, "back"));
        world.Settle(a, Shard);
        world.Process(world.LastAck(a, AckKind.Ready)).ShouldBe(StepRefusal.None);
        world.Tell(b, Shard);

        world.Ask(b, world.Request(Shard)).Owner.ShouldBe(a.Session);
        world.Ask(a, world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Queue);
    }

    [Fact]
    public void C14_AForwardedRequest_IsNotForwardedAgain()
    {
        var (a, _) = AtYielding();
        world.Tell(a, Shard);
        world.Ask(a, world.Request(Shard, forwarded: true)).Kind.ShouldBe(AdmitKind.Misdirected);
    }

    [Fact]
    public void C15_Split_LostCloseOfTheParent_HoldsUpTheChildsYield()
    {
        var a = Owner("a");
        var b = world.Join("b");
        var parent = world[Shard];
        var close = Handoff.Close(parent, "split").Step! with { Replacement = null, Kind = StepKind.Remove };
        var floor = GenerationFloor.AboveParents([parent.Record.Generation]);
        world.Store.CommitTogether(
            close,
            Handoff.Create(new ShardId("child"), HashRange.Full, floor, a.Session, "split", [new ShardId(Shard)]));
        world.Settle(a, "child");
        world.Commit(Handoff.BeginMove(world["child"], b.Session!.Value, "move"));
        world.Settle(b, "child");
        world.Process(world.LastAck(b, AckKind.Ready));
        world.Settle(a, "child");

        world.Believers(Shard).ShouldBe([a], "it never heard of the close");
        world.Acks.ShouldNotContain(ack => ack.Kind == AckKind.Yielded);

        world.TellAll(a);
        world.Believers(Shard).ShouldBeEmpty();
        world.FinishAll(a);
        world.Process(world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        world.Settle(b, "child");
        world.Believers("child").ShouldBe([b]);
        world["child"].Record.Generation.ShouldBeGreaterThan(parent.Record.Generation);
    }

    [Fact]
    public void C15_DeleteAndCreate_WaitsForTheOwnerAndStartsAboveItsGenerations()
    {
        var a = Owner("a");
        var b = world.Join("b");
        world.Commit(Handoff.Close(world[Shard], "delete"));
        world.Believers(Shard).ShouldBe([a]);
        world.Settle(a, Shard);
        world.Process(world.LastAck(a, AckKind.Yielded)).ShouldBe(StepRefusal.None);
        world.Store.Current.Shards.ShouldBeEmpty();

        world.Create(Shard, b.Session, GenerationFloor.AfterDeletion(world.Store.Current.Revision));
        world.Settle(b, Shard);
        world.Tell(a, Shard, new Revision(3));
        world.FinishAll(a);

        world.Believers(Shard).ShouldBe([b]);
        world[Shard].Record.Generation.Value.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void C16_FlipWithoutAcknowledgement_IsRefusedInExclusiveAndComparesTheNamespace()
    {
        var (a, b) = AtYielding();
        var namespaceRevision = world.Store.NamespaceRevision;
        Handoff.ProceedWithoutAcknowledgement(world[Shard], OwnershipMode.Exclusive, namespaceRevision, "late")
            .Refusal.ShouldBe(StepRefusal.Mode);

        var old = new Revision(namespaceRevision.Value + 1);
        var flip = Handoff.ProceedWithoutAcknowledgement(world[Shard], OwnershipMode.Affinity, old, "late");
        world.Store.Commit(flip.Step!).ShouldBeFalse("it read the mode from a configuration that is no more");
        world.Settle(b, Shard);
        world.Believers(Shard).ShouldBe([a]);
    }

    [Fact]
    public void C17_HeartbeatAck_CountsFromTheSendingOfTheHeartbeatItAnswers()
    {
        var a = world.Join("a");
        var sentAtMs = world.NowMs;
        world.SendHeartbeat(a);
        world.NowMs += 1_000;
        world.SendHeartbeat(a);
        world.ServeHeartbeat(0);
        world.NowMs += 500;
        world.DeliverHeartbeatAck(0);
        a.Machine.DeadlineMs.ShouldBe(sentAtMs + World.World.TtlMs - world.Options.MarginMs(World.World.TtlMs));
    }

    [Fact]
    public void C17_RetriedRegistration_CountsFromTheFirstRequest()
    {
        var a = world.Start("a");
        var firstMs = world.NowMs;
        world.BeginRegistration(a);
        world.Store.Register(a.Instance, a.Nonce, World.World.TtlMs, world.NowMs);
        world.NowMs += 2_000;
        a.Machine.RegistrationSent(world.NowMs);
        world.CompleteRegistration(a).ShouldBeTrue();
        a.Machine.DeadlineMs.ShouldBe(firstMs + World.World.TtlMs - world.Options.MarginMs(World.World.TtlMs));
    }

    [Fact]
    public void C17_AnAnswer_IsNotReleasedAfterTheDeadline()
    {
        var a = Owner("a");
        world.Ask(a, world.Request(Shard)).Kind.ShouldBe(AdmitKind.Serve);
        var inside = a.Inside[0].Admission;
        inside.MayRelease(a.Machine.DeadlineMs - 1).ShouldBeTrue();
        inside.MayRelease(a.Machine.DeadlineMs).ShouldBeFalse();
    }

    private SimProcess Owner(string instance)
    {
        var owner = world.Join(instance);
        world.Create(Shard, owner.Session);
        world.Settle(owner, Shard);
        return owner;
    }

    private (SimProcess A, SimProcess B) AtYielding()
    {
        var a = Owner("a");
        var b = world.Join("b");
        world.Commit(Handoff.BeginMove(world[Shard], b.Session!.Value, "move"));
        world.Settle(b, Shard);
        world.Process(world.LastAck(b, AckKind.Ready)).ShouldBe(StepRefusal.None);
        return (a, b);
    }

    private void Yield(SimProcess owner)
    {
        world.Settle(owner, Shard);
        world.Process(world.LastAck(owner, AckKind.Yielded)).ShouldBe(StepRefusal.None);
    }
}
