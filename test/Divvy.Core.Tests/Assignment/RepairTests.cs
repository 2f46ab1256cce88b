using Divvy.Core.Assignment;
using static Divvy.Core.Tests.Assignment.HandoffTests;

namespace Divvy.Core.Tests.Assignment;

public sealed class RepairTests
{
    [Theory]
    [InlineData(ShardPhase.Stable, RepairNeed.Nothing)]
    [InlineData(ShardPhase.Preparing, RepairNeed.Acknowledgement)]
    [InlineData(ShardPhase.Yielding, RepairNeed.Acknowledgement)]
    [InlineData(ShardPhase.Closing, RepairNeed.Acknowledgement)]
    public void Examine_EverybodyLives_ChangesNothing(ShardPhase phase, RepairNeed expected)
    {
        var finding = Repair.Examine(At(phase), new Sessions(A, B, C));
        finding.Need.ShouldBe(expected);
        finding.Waiting.ShouldBe(phase switch
        {
            ShardPhase.Stable => null,
            ShardPhase.Preparing => B,
            _ => A,
        });
    }

    [Theory]
    [InlineData(ShardPhase.Preparing)]
    [InlineData(ShardPhase.Yielding)]
    public void Examine_NextGone_CancelsAndComparesIt(ShardPhase phase)
    {
        var step = Repair.Examine(At(phase), new Sessions(A, C)).Step!;
        step.Kind.ShouldBe(StepKind.Cancel);
        step.MustBeGone.ShouldBe([B]);
    }

    [Fact]
    public void Examine_OwnerGoneWhileYielding_PrefersTheNextOwner()
    {
        var shard = At(ShardPhase.Yielding);
        shard = shard with { Record = shard.Record with { Standbys = [C] } };
        var step = Repair.Examine(shard, new Sessions(B, C)).Step!;
        step.Kind.ShouldBe(StepKind.Takeover);
        step.Replacement!.Owner.ShouldBe(B);
        step.Reason.ShouldStartWith("fast activation");
        step.MustBeGone.ShouldBe([A]);
    }

    [Fact]
    public void Examine_OwnerGoneWhilePreparing_PrefersAStandby()
    {
        var shard = At(ShardPhase.Preparing);
        shard = shard with { Record = shard.Record with { Standbys = [C] } };
        Repair.Examine(shard, new Sessions(B, C)).Step!.Replacement!.Owner.ShouldBe(C);
        Repair.Examine(shard, new Sessions(B)).Step!.Replacement!.Owner.ShouldBe(B);
    }

    [Fact]
    public void Examine_NobodyWarm_AsksThePlanner()
    {
        Repair.Examine(At(ShardPhase.Stable), new Sessions(B, C)).Need.ShouldBe(RepairNeed.NewOwner);
        Repair.Examine(At(ShardPhase.Stable, null), new Sessions(B, C)).Need.ShouldBe(RepairNeed.FirstOwner);
    }

    [Fact]
    public void Examine_ClosingAndOwnerGone_Removes()
    {
        var step = Repair.Examine(At(ShardPhase.Closing), new Sessions(B)).Step!;
        step.Replacement.ShouldBeNull();
        step.MustBeGone.ShouldBe([A]);
    }

    [Fact]
    public void Examine_StandbyGone_IsTakenOffAndCompared()
    {
        var shard = At(ShardPhase.Stable);
        shard = shard with { Record = shard.Record with { Standbys = [B, C] } };
        var step = Repair.Examine(shard, new Sessions(A, C)).Step!;
        step.Replacement!.Standbys.ShouldBe([C]);
        step.MustBeGone.ShouldBe([B]);
        step.MustLive.ShouldBeEmpty();
    }
}
