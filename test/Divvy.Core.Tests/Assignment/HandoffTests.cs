using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Core.Tests.Assignment;

public sealed class HandoffTests
{
    internal static readonly SessionRef A = new(new InstanceId("a"), new SessionId(1));
    internal static readonly SessionRef B = new(new InstanceId("b"), new SessionId(2));
    internal static readonly SessionRef C = new(new InstanceId("c"), new SessionId(3));
    private static readonly ShardId Shard = new("s1");

    [Fact]
    public void Create_WithOwner_StartsAboveTheFloor()
    {
        var step = Handoff.Create(Shard, HashRange.Full, new Generation(41), A, "new");
        step.Expected.ShouldBe(Revision.None);
        step.MustLive.ShouldBe([A]);
        step.Replacement!.Generation.ShouldBe(new Generation(42));
        Handoff.Create(Shard, HashRange.Full, new Generation(41), null, "new").Replacement!.Generation
            .ShouldBe(new Generation(41));
    }

    [Fact]
    public void Assign_AListedShard_GetsAGenerationAboveAnyItsNameEverHad()
    {
        var added = Handoff.Add(Shard, HashRange.Full, [new ShardId("p")], "added");
        added.Expected.ShouldBe(Revision.None);
        added.MustLive.ShouldBeEmpty();
        added.Replacement!.Owner.ShouldBeNull();
        added.Replacement.Parents.ShouldBe([new ShardId("p")]);

        // An earlier record of the name can have reached at most the revision before its deletion.
        var record = new VersionedShard(added.Replacement, new Revision(90));
        var pinned = new VersionedShard(
            Handoff.SetPin(record, new InstanceId("a"), "pin").Step!.Replacement!, new Revision(95));
        Handoff.Assign(record, A, "first").Step!.Replacement!.Generation.ShouldBe(new Generation(91));
        Handoff.Assign(pinned, A, "first").Step!.Replacement!.Generation.ShouldBe(new Generation(96));
    }

    [Theory]
    [InlineData(ShardPhase.Stable)]
    [InlineData(ShardPhase.Preparing)]
    [InlineData(ShardPhase.Yielding)]
    [InlineData(ShardPhase.Closing)]
    public void Finish_ByTheOwnerInItsGeneration_RemovesTheRecordWhateverItsPhase(ShardPhase phase)
    {
        var shard = At(phase);
        var step = Handoff.Finish(shard, A, shard.Record.Generation, "done").Step!;
        step.Expected.ShouldBe(shard.Revision);
        step.Replacement.ShouldBeNull();
        step.Kind.ShouldBe(StepKind.Remove);
        Handoff.Finish(shard, B, shard.Record.Generation, "not its own").Refusal.ShouldBe(StepRefusal.OtherSession);
        Handoff.Finish(shard, A, shard.Record.Generation.Next, "not yet").Refusal.ShouldBe(StepRefusal.OtherSession);
        var returned = new SessionRef(A.Instance, new SessionId(9));
        Handoff.Finish(shard, returned, shard.Record.Generation, "a new session").Refusal
            .ShouldBe(StepRefusal.OtherSession);
    }

    [Fact]
    public void Assign_Unowned_NamesALiveOwnerAndANewGeneration()
    {
        var step = Handoff.Assign(At(ShardPhase.Stable, owner: null), A, "first").Step!;
        step.Replacement!.Owner.ShouldBe(A);
        step.Replacement.Generation.ShouldBe(new Generation(6));
        step.MustLive.ShouldBe([A]);
        Handoff.Assign(At(ShardPhase.Stable), B, "again").Refusal.ShouldBe(StepRefusal.WrongPhase);
    }

    [Theory]
    [InlineData(ShardPhase.Stable)]
    [InlineData(ShardPhase.Preparing)]
    [InlineData(ShardPhase.Yielding)]
    public void Takeover_ComparesThatTheOwnerIsGoneAndStartsCold(ShardPhase phase)
    {
        var shard = At(phase);
        shard = shard with { Record = shard.Record with { Standbys = [C], HandedOverAt = new Revision(3) } };
        var step = Handoff.Takeover(shard, C, "gone").Step!;
        step.Expected.ShouldBe(shard.Revision);
        step.MustBeGone.ShouldBe([A]);
        step.MustLive.ShouldBe([C]);
        step.Replacement!.ShouldSatisfyAllConditions(
            record => record.Owner.ShouldBe(C),
            record => record.Next.ShouldBeNull(),
            record => record.Standbys.ShouldBeEmpty(),
            record => record.Phase.ShouldBe(ShardPhase.Stable),
            record => record.HandedOverAt.ShouldBe(Revision.None),
            record => record.Generation.ShouldBe(new Generation(6)));
        Handoff.Takeover(shard, A, "itself").Refusal.ShouldBe(StepRefusal.BadTarget);
        Handoff.Takeover(At(ShardPhase.Closing), C, "closing").Refusal.ShouldBe(StepRefusal.WrongPhase);
    }

    [Fact]
    public void PlannedMove_EachStep_ComparesAndNamesWhatTheNextNeeds()
    {
        var prepare = Handoff.BeginMove(At(ShardPhase.Stable), B, "move").Step!;
        prepare.MustLive.ShouldBe([B]);
        var preparing = new VersionedShard(prepare.Replacement!, new Revision(8));
        var yield = Handoff.OnAcknowledged(preparing, Ack(B, 8, AckKind.Ready)).Step!;
        yield.Kind.ShouldBe(StepKind.Yield);
        yield.Replacement!.Generation.ShouldBe(new Generation(5));
        var yielding = new VersionedShard(yield.Replacement, new Revision(9));
        var flip = Handoff.OnAcknowledged(yielding, Ack(A, 9, AckKind.Yielded) with { HandedOver = true }).Step!;
        flip.MustLive.ShouldBe([B]);
        flip.Replacement!.Owner.ShouldBe(B);
        flip.Replacement.Generation.ShouldBe(new Generation(6));
        flip.Replacement.HandedOverAt.ShouldBe(new Revision(9));
        var cold = Handoff.OnAcknowledged(yielding, Ack(A, 9, AckKind.Yielded)).Step!;
        cold.Replacement!.HandedOverAt.ShouldBe(Revision.None);
    }

    [Theory]
    [InlineData(ShardPhase.Preparing, "b", 6, AckKind.Ready, StepRefusal.Stale)]
    [InlineData(ShardPhase.Preparing, "b", 8, AckKind.Ready, StepRefusal.Stale)]
    [InlineData(ShardPhase.Preparing, "a", 7, AckKind.Ready, StepRefusal.OtherSession)]
    [InlineData(ShardPhase.Preparing, "c", 7, AckKind.Ready, StepRefusal.Informative)]
    [InlineData(ShardPhase.Stable, "b", 7, AckKind.Ready, StepRefusal.WrongPhase)]
    [InlineData(ShardPhase.Yielding, "b", 7, AckKind.Yielded, StepRefusal.OtherSession)]
    [InlineData(ShardPhase.Preparing, "a", 7, AckKind.Yielded, StepRefusal.WrongPhase)]
    [InlineData(ShardPhase.Closing, "b", 7, AckKind.Yielded, StepRefusal.OtherSession)]
    [InlineData(ShardPhase.Yielding, "a", 7, AckKind.Active, StepRefusal.Informative)]
    [InlineData(ShardPhase.Stable, "a", 7, AckKind.Failed, StepRefusal.Informative)]
    public void OnAcknowledged_NotItsPart_IsRefused(
        ShardPhase phase, string instance, long revision, AckKind kind, StepRefusal expected)
    {
        var from = instance == "a" ? A : instance == "b" ? B : C;
        var shard = At(phase);
        shard = shard with { Record = shard.Record with { Standbys = [C] } };
        Handoff.OnAcknowledged(shard, Ack(from, revision, kind)).Refusal.ShouldBe(expected);
    }

    [Theory]
    [InlineData(ShardPhase.Preparing)]
    [InlineData(ShardPhase.Yielding)]
    public void OnAcknowledged_NextFailed_CancelsTheMove(ShardPhase phase)
    {
        var step = Handoff.OnAcknowledged(At(phase), Ack(B, 7, AckKind.Failed) with { Error = "no disk" }).Step!;
        step.Kind.ShouldBe(StepKind.Cancel);
        step.Reason.ShouldContain("no disk");
        step.Replacement!.Owner.ShouldBe(A);
        step.Replacement.Generation.ShouldBe(new Generation(5));
    }

    [Fact]
    public void Close_Owned_WaitsForTheOwner_UnownedGoesAtOnce()
    {
        var close = Handoff.Close(At(ShardPhase.Yielding), "delete").Step!;
        close.Replacement!.Phase.ShouldBe(ShardPhase.Closing);
        close.Replacement.Next.ShouldBeNull();
        Handoff.OnAcknowledged(At(ShardPhase.Closing), Ack(A, 7, AckKind.Yielded)).Step!.Replacement.ShouldBeNull();
        Handoff.Remove(At(ShardPhase.Closing), "gone").Step!.MustBeGone.ShouldBe([A]);
        Handoff.Close(At(ShardPhase.Stable, owner: null), "delete").Step!.Replacement.ShouldBeNull();
    }

    [Fact]
    public void SetStandbys_OwnerOrTooMany_IsRefused()
    {
        var shard = At(ShardPhase.Stable);
        Handoff.SetStandbys(shard, [A], "").Refusal.ShouldBe(StepRefusal.BadTarget);
        Handoff.SetStandbys(shard, [B, B], "").Refusal.ShouldBe(StepRefusal.BadTarget);
        Handoff.SetStandbys(shard, [B, C, new SessionRef(new InstanceId("d"), new SessionId(4))], "").Refusal
            .ShouldBe(StepRefusal.BadTarget);
        Handoff.SetStandbys(shard, [], "").Refusal.ShouldBe(StepRefusal.NothingToChange);
        Handoff.SetStandbys(shard, [B, C], "").Step!.MustLive.ShouldBe([B, C]);
    }

    [Fact]
    public void GenerationFloor_AboveParents_IsTheHighest() =>
        GenerationFloor.AboveParents([new Generation(3), new Generation(9), new Generation(4)]).ShouldBe(new Generation(9));

    [Theory]
    [InlineData(ShardPhase.Stable, ShardRole.Active, ShardRole.None, ShardRole.Standby)]
    [InlineData(ShardPhase.Preparing, ShardRole.Active, ShardRole.Preparing, ShardRole.Standby)]
    [InlineData(ShardPhase.Yielding, ShardRole.Yielding, ShardRole.Prepared, ShardRole.Standby)]
    [InlineData(ShardPhase.Closing, ShardRole.Closing, ShardRole.None, ShardRole.Standby)]
    public void Derive_EachPhase_GivesEachSessionItsRole(ShardPhase phase, ShardRole a, ShardRole b, ShardRole c)
    {
        var shard = At(phase);
        shard = shard with { Record = shard.Record with { Standbys = [C] } };
        var sessions = new Sessions(A, B, C);
        RoleDerivation.Derive(shard, A, sessions).Role.ShouldBe(a);
        RoleDerivation.Derive(shard, B, sessions).Role.ShouldBe(b);
        RoleDerivation.Derive(shard, C, sessions).Role.ShouldBe(c);
        RoleDerivation.Derive(shard, A with { Session = new SessionId(9) }, sessions).Role.ShouldBe(ShardRole.None);
    }

    [Fact]
    public void Derive_ForwardingTargets_AreTheNextForTheOwnerAndTheOwnerForOthers()
    {
        var sessions = new Sessions(A, B, C);
        RoleDerivation.Derive(At(ShardPhase.Yielding), A, sessions).NextAddress.ShouldBe("http://b");
        RoleDerivation.Derive(At(ShardPhase.Stable), C, sessions).Next.ShouldBe(A);
        RoleDerivation.Derive(At(ShardPhase.Closing), C, sessions).Next.ShouldBeNull();
    }

    internal static VersionedShard At(ShardPhase phase) => At(phase, A);

    internal static VersionedShard At(ShardPhase phase, SessionRef? owner) => new(
        new ShardRecord
        {
            Shard = Shard,
            Range = HashRange.Full,
            Owner = owner,
            Next = phase is ShardPhase.Preparing or ShardPhase.Yielding ? B : null,
            Phase = phase,
            Generation = new Generation(5),
        },
        new Revision(7));

    private static AckFromInstance Ack(SessionRef from, long revision, AckKind kind) =>
        new(from, Shard, new Revision(revision), kind);

    internal sealed class Sessions(params SessionRef[] live) : ISessionDirectory
    {
        private readonly ImmutableArray<SessionRef> live = [.. live];

        public bool IsLive(SessionRef session) => live.Contains(session);

        public string? AddressOf(SessionRef session) => IsLive(session) ? $"http://{session.Instance}" : null;
    }
}
