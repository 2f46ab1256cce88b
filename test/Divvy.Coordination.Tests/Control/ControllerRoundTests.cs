using Divvy.Coordination.Control;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Coordination.Tests.Control;

public sealed class ControllerRoundTests
{
    private static readonly Revision now = new(100);
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(1));
    private static readonly SessionRef b = new(new InstanceId("b"), new SessionId(2));
    private static readonly SessionRef gone = new(new InstanceId("c"), new SessionId(3));

    [Fact]
    public void Decide_NoRecordsYet_CreatesEveryShardWithAnOwnerAboveTheRevision()
    {
        var decision = Decide(Space(new NamespaceConfig { Shards = 6 }, [a, b]));

        decision.Steps.Count.ShouldBe(6);
        decision.Steps.ShouldAllBe(step => step.Step.Kind == StepKind.Create && step.Step.Expected == Revision.None);
        decision.Steps.ShouldAllBe(step => step.Step.Replacement!.Generation.Value == now.Value + 1);
        decision.Steps.GroupBy(step => step.Step.Replacement!.Owner).ShouldAllBe(group => group.Count() == 3);
        decision.Steps.Select(step => step.Step.Replacement!.Owner).ShouldBe(
            decision.Steps.Select(step => step.Step.Replacement!.Owner).Order(), "the shards of one owner together");
    }

    [Fact]
    public void Decide_UnreadableRecord_IsNotCreatedAgain()
    {
        var space = Space(new NamespaceConfig { Shards = 2 }, [a]) with { Unreadable = [new ShardId("0")] };

        Decide(space).Steps.Select(step => step.Step.Shard.Value).ShouldBe(["1"]);
    }

    [Fact]
    public void Decide_NobodyTakesShards_CreatesThemUnowned()
    {
        var space = Space(new NamespaceConfig { Shards = 2 }, [a]);
        space = space with { Statuses = space.Statuses.Add(a.Instance, OperatorStatus.Cordoned) };

        Decide(space).Steps.ShouldAllBe(step => step.Step.Replacement!.Owner == null);
    }

    [Fact]
    public void Decide_OwnerGone_TheStandbyTakesOver()
    {
        var space = Space(new NamespaceConfig { Shards = 1, Standbys = 1 }, [a, b], Record("0", gone) with { Standbys = [b] });

        var step = Decide(space).Steps.Single().Step;

        step.Kind.ShouldBe(StepKind.Takeover);
        step.Replacement!.Owner.ShouldBe(b);
        step.MustBeGone.ShouldBe([gone]);
    }

    [Fact]
    public void Decide_NextOwnerGone_CancelsTheMove()
    {
        var record = Record("0", a) with { Phase = ShardPhase.Yielding, Next = gone };

        var step = Decide(Space(new NamespaceConfig { Shards = 1 }, [a, b], record)).Steps.Single().Step;

        step.Kind.ShouldBe(StepKind.Cancel);
        step.Replacement!.Owner.ShouldBe(a);
    }

    [Fact]
    public void Decide_Deleting_ClosesEveryShardAndCreatesNone()
    {
        var space = Space(new NamespaceConfig { Shards = 3, Deleting = true }, [a], Record("0", a), Record("1", null));

        var kinds = Decide(space).Steps.ToDictionary(step => step.Step.Shard.Value, step => step.Step.Kind);

        kinds.ShouldBe(new Dictionary<string, StepKind> { ["0"] = StepKind.Close, ["1"] = StepKind.Remove });
    }

    [Fact]
    public void Decide_PreparingTooLong_CancelsAndAvoidsTheInstance()
    {
        var config = new NamespaceConfig { Shards = 1, PrepareTimeoutMs = 1_000 };
        var deadlines = new MoveDeadlines(config.ToDeadlines());
        var space = Space(config, [a, b], Record("0", a) with { Phase = ShardPhase.Preparing, Next = b });

        ControllerRound.Decide(space, now, deadlines, 0).Steps.ShouldBeEmpty();
        var late = ControllerRound.Decide(space, now, deadlines, 1_001);

        late.Steps.Single().Step.Kind.ShouldBe(StepKind.Cancel);
        deadlines.Penalised(new ShardId("0"), 1_001).ShouldBe([b.Instance]);
    }

    [Fact]
    public void DecideWhatIsDue_OverdueMoveAndShardWithoutOwner_EndsTheMoveAndLeavesTheChoice()
    {
        var config = new NamespaceConfig { Shards = 2, PrepareTimeoutMs = 1_000 };
        var deadlines = new MoveDeadlines(config.ToDeadlines());
        var moving = Record("0", a) with { Phase = ShardPhase.Preparing, Next = b };
        var space = Space(config, [a, b], moving, Record("1", null));

        ControllerRound.DecideWhatIsDue(space, deadlines, 0).Steps.ShouldBeEmpty();
        var late = ControllerRound.DecideWhatIsDue(space, deadlines, 1_001);

        late.Steps.ShouldHaveSingleItem().Step.Kind.ShouldBe(StepKind.Cancel);
        late.Report.ShouldBeNull();
        deadlines.TakePenaltyChanges(1_001).ShouldBeTrue();
    }

    [Fact]
    public void MayWaitForMore_OnlyWhenNothingButBalanceIsAtStake()
    {
        var config = new NamespaceConfig { Shards = 1 };
        var before = Space(config, [a], Record("0", a));
        ControllerRound.MayWaitForMore(before, Space(config, [a, b], Record("0", a))).ShouldBeTrue();
        ControllerRound.MayWaitForMore(before, before).ShouldBeFalse("nobody came");
        ControllerRound.MayWaitForMore(before, Space(config, [a, b], Record("0", gone)))
            .ShouldBeFalse("a shard has lost its owner");
        ControllerRound.MayWaitForMore(before, Space(config, [b, gone], Record("0", b))).ShouldBeFalse("a has gone");
        ControllerRound.MayWaitForMore(before, Space(config, [a, b], Record("0", a), Record("1", a)))
            .ShouldBeFalse("a shard has come");
        ControllerRound.MayWaitForMore(before, Space(config with { Deleting = true }, [a, b], Record("0", a)))
            .ShouldBeFalse("the namespace goes");
    }

    [Fact]
    public void IsColdStart_Listed_OnlyWithShards()
    {
        ControllerRound.IsColdStart(Space(NamespaceConfig.Listed, [a])).ShouldBeFalse();
        ControllerRound.IsColdStart(Space(NamespaceConfig.Listed, [a], Record("x", gone))).ShouldBeTrue();
    }

    [Fact]
    public void Decide_Listed_CreatesNothingAndAssignsWhatIsThere()
    {
        Decide(Space(NamespaceConfig.Listed, [a])).Steps.ShouldBeEmpty();
        var step = Decide(Space(NamespaceConfig.Listed, [a], Record("x", null))).Steps.ShouldHaveSingleItem().Step;
        step.Kind.ShouldBe(StepKind.Assign);
        step.Replacement!.Generation.ShouldBe(new Generation(10), "above the revision of its record");
    }

    [Fact]
    public void IsColdStart_OnlyWithoutALiveOwner()
    {
        var config = new NamespaceConfig { Shards = 2 };

        ControllerRound.IsColdStart(Space(config, [a])).ShouldBeTrue();
        ControllerRound.IsColdStart(Space(config, [a], Record("0", gone))).ShouldBeTrue();
        ControllerRound.IsColdStart(Space(config, [a], Record("0", gone), Record("1", a))).ShouldBeFalse();
        ControllerRound.IsColdStart(Space(config, [])).ShouldBeFalse();
    }

    private static RoundDecision Decide(NamespaceSnapshot space) =>
        ControllerRound.Decide(space, now, new MoveDeadlines(space.Config!.ToDeadlines()), 0);

    private static ShardRecord Record(string shard, SessionRef? owner) => new()
    {
        Shard = new ShardId(shard),
        Range = HashRange.Full,
        Owner = owner,
        Generation = new Generation(owner is null ? 0 : 1),
    };

    private static NamespaceSnapshot Space(NamespaceConfig config, SessionRef[] live, params ShardRecord[] records)
    {
        var space = NamespaceSnapshot.Empty("ns") with { Config = config, ConfigRevision = new Revision(1) };
        foreach (var session in live)
        {
            var record = new ServiceRecord { Address = $"http://{session.Instance}" };
            space = space with
            {
                Instances = space.Instances.Add(session.Instance, new MirroredInstance(session, record, new Revision(2))),
            };
        }
        foreach (var record in records)
            space = space with { Shards = space.Shards.Add(record.Shard, new VersionedShard(record, new Revision(9))) };
        return space;
    }
}
