using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using static Divvy.Core.Tests.Assignment.HandoffTests;

namespace Divvy.Core.Tests.Assignment;

public sealed class MoveDeadlinesTests
{
    private static readonly MoveDeadlinesOptions Options = new();
    private static readonly Revision Namespace = new(2);
    private readonly MoveDeadlines deadlines = new(Options);

    [Fact]
    public void Tick_PrepareTimedOut_CancelsAndPenalisesForAWhile()
    {
        var shard = At(ShardPhase.Preparing);
        deadlines.Observe(shard, 0);
        Tick(Options.PrepareTimeoutMs - 1).ShouldBe(MoveDeadlinesReady.Nothing);

        Tick(Options.PrepareTimeoutMs).Steps.ShouldHaveSingleItem().Kind.ShouldBe(StepKind.Cancel);
        deadlines.Penalised(shard.Record.Shard, Options.PrepareTimeoutMs).ShouldBe([B.Instance]);
        Tick(Options.PrepareTimeoutMs + Options.RepeatMs).Steps.Length.ShouldBe(1, "the first may have failed to commit");
        deadlines.KeepOnly(kept => kept != shard.Record.Shard);
        var over = Options.PrepareTimeoutMs + Options.RepeatMs + Options.PenaltyMs;
        Tick(over);
        deadlines.Penalised(shard.Record.Shard, over).ShouldBeEmpty();
    }

    [Fact]
    public void TakePenaltyChanges_EachBeginningAndEnd_IsToldOnce()
    {
        var shard = At(ShardPhase.Stable).Record.Shard;
        deadlines.TakePenaltyChanges(0).ShouldBeFalse();

        deadlines.Penalise(shard, A.Instance, 0);
        deadlines.Penalise(shard, B.Instance, 10);
        deadlines.TakePenaltyChanges(10).ShouldBeTrue();
        deadlines.TakePenaltyChanges(Options.PenaltyMs - 1).ShouldBeFalse();
        deadlines.TakePenaltyChanges(Options.PenaltyMs).ShouldBeTrue("the first is over");
        deadlines.Penalised(shard, Options.PenaltyMs).ShouldBe([B.Instance]);
        deadlines.TakePenaltyChanges(Options.PenaltyMs + 9).ShouldBeFalse();
        Tick(Options.PenaltyMs + 10);
        deadlines.TakePenaltyChanges(Options.PenaltyMs + 11).ShouldBeTrue("the second is over, and was dropped by a look");
        deadlines.TakePenaltyChanges(Options.PenaltyMs + 12).ShouldBeFalse();
    }

    [Theory]
    [InlineData(ShardPhase.Yielding)]
    [InlineData(ShardPhase.Closing)]
    public void Tick_ExclusiveYieldTimedOut_ReportsAgainAndAgainAndNeverFlips(ShardPhase phase)
    {
        deadlines.Observe(At(phase), 0);
        for (var now = Options.YieldTimeoutMs; now < 20 * Options.YieldTimeoutMs; now += Options.RepeatMs)
        {
            var ready = Tick(now);
            ready.Steps.ShouldBeEmpty();
            ready.Waits.ShouldHaveSingleItem().Message.ShouldStartWith("waiting for instance a to yield shard s1");
        }
    }

    [Theory]
    [InlineData(ShardPhase.Yielding, StepKind.Flip)]
    [InlineData(ShardPhase.Closing, StepKind.Remove)]
    public void Tick_AffinityYieldTimedOut_GoesOnAndComparesTheNamespace(ShardPhase phase, StepKind expected)
    {
        deadlines.Observe(At(phase), 0);
        var step = deadlines.Tick(Options.YieldTimeoutMs, OwnershipMode.Affinity, Namespace).Steps.ShouldHaveSingleItem();
        step.Kind.ShouldBe(expected);
        step.NamespaceRevision.ShouldBe(Namespace);
    }

    [Fact]
    public void Observe_RewriteInTheSamePhase_KeepsTheClockAndTheNewRevision()
    {
        var shard = At(ShardPhase.Preparing);
        deadlines.Observe(shard, 0);
        deadlines.Observe(shard with { Revision = new Revision(9) }, 1_000);
        deadlines.Observe(shard, 2_000);
        Tick(Options.PrepareTimeoutMs).Steps.ShouldHaveSingleItem().Expected.ShouldBe(new Revision(9));
    }

    [Fact]
    public void Observe_Stable_EndsTheWait()
    {
        deadlines.Observe(At(ShardPhase.Preparing), 0);
        deadlines.Observe(At(ShardPhase.Stable) with { Revision = new Revision(8) }, 10);
        deadlines.Count.ShouldBe(0);
    }

    private MoveDeadlinesReady Tick(long nowMs) => deadlines.Tick(nowMs, OwnershipMode.Exclusive, Namespace);
}
