using System.Collections.Immutable;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Planning;

namespace Divvy.Core.Tests.Planning;

/// <summary>For each way to be wrong a plan that is wrong in that way, and only in that way; each beside a plan that is
/// right.</summary>
public sealed class PlanCheckerTests
{
    private static readonly SessionRef a = Clusters.Session(0);
    private static readonly SessionRef b = Clusters.Session(1);
    private static readonly SessionRef c = Clusters.Session(2);
    private static readonly SessionRef gone = Clusters.Session(9);

    public static TheoryData<PlanViolationKind, PlanningInput, AssignmentPlan> BrokenPlans
    {
        get
        {
            var data = new TheoryData<PlanViolationKind, PlanningInput, AssignmentPlan>();
            foreach (var (kind, input, plan) in Targets().Concat(States()).Concat(Budgets()).Concat(Standbys()))
            {
                data.Add(kind, input, plan);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(BrokenPlans), DisableDiscoveryEnumeration = true)]
    public void Check_BrokenPlan_NamesWhatIsWrongAndNothingElse(
        PlanViolationKind kind, PlanningInput input, AssignmentPlan plan) =>
        PlanChecker.Check(input, plan).Select(violation => violation.Kind).Distinct().ShouldBe([kind]);

    [Fact]
    public void BrokenPlans_CoverEveryKindOfViolation() =>
        BrokenPlans.Select(row => row[0]).Cast<PlanViolationKind>().Distinct().Order()
            .ShouldBe(Enum.GetValues<PlanViolationKind>());

    [Fact]
    public void Check_RightPlans_HaveNoViolations()
    {
        PlanChecker.Check(Input(Owned(a)), Plan(Move(0, b))).ShouldNotBeEmpty("a lone shard gains nothing by moving");
        PlanChecker.Check(Input(Owned(a), Owned(a, 1)), Plan(Move(0, b))).ShouldBeEmpty();
        PlanChecker.Check(Input(Owned(gone)), Plan(Change(0, PlannedChangeKind.Takeover, b))).ShouldBeEmpty();
        PlanChecker.Check(Input(Clusters.Shard(0)), Plan(Change(0, PlannedChangeKind.Assign, b))).ShouldBeEmpty();
        PlanChecker.Check(Input(Moving(gone)), Plan(Change(0, PlannedChangeKind.CancelMove, null))).ShouldBeEmpty();
        PlanChecker.Check(Input(Owned(a)), Plan(SetStandbys(b, c))).ShouldBeEmpty();
    }

    private static IEnumerable<(PlanViolationKind, PlanningInput, AssignmentPlan)> Targets()
    {
        var two = new[] { Owned(a), Owned(a, 1) };
        var cordoned = With(InstanceStatus.Cordoned, two);
        var draining = With(InstanceStatus.Draining, two);
        yield return (PlanViolationKind.OwnerNotLive, Input(two), Plan(Move(0, gone)));
        yield return (PlanViolationKind.OwnerNotAccepting, cordoned, Plan(Move(0, b)));
        yield return (PlanViolationKind.OwnerNotAccepting, draining, Plan(Move(0, b)));
        yield return (PlanViolationKind.OwnerNotAccepting,
            draining with { Shards = [Clusters.Shard(0)] }, Plan(Change(0, PlannedChangeKind.Assign, b)));
        yield return (PlanViolationKind.OwnerPenalised,
            Input(Owned(gone) with { Penalised = [b.Instance] }), Plan(Change(0, PlannedChangeKind.Takeover, b)));
        yield return (PlanViolationKind.PinBroken,
            Input(Owned(gone) with { Pin = c.Instance }), Plan(Change(0, PlannedChangeKind.Takeover, b)));
        yield return (PlanViolationKind.PinBroken,
            Input(Owned(a) with { Pin = a.Instance }, Owned(a, 1)), Plan(Move(0, b)));
        yield return (PlanViolationKind.MoveToOwner,
            With(InstanceStatus.Active, Owned(a), Owned(a, 1)) with { Policy = Rendezvous }, Plan(Move(0, a)));
        yield return (PlanViolationKind.BalanceNotBetter, Input(Owned(a)), Plan(Move(0, b)));
        yield return (PlanViolationKind.BalanceNotBetter,
            Input(Owned(a), Owned(a, 1), Owned(a, 2)), Plan(Move(0, b), Move(1, b)));
        yield return (PlanViolationKind.BalanceNotBetter,
            Input(Owned(a), Owned(a, 1)) with { Instances = [Clusters.Instance(0, 3), Clusters.Instance(1)] },
            Plan(Move(0, b), Move(1, b)));
    }

    private static IEnumerable<(PlanViolationKind, PlanningInput, AssignmentPlan)> States()
    {
        var takeover = Change(0, PlannedChangeKind.Takeover, b);
        var cancel = Change(0, PlannedChangeKind.CancelMove, null);
        yield return (PlanViolationKind.UnknownShard, Input(Owned(a)), Plan(Move(7, b)));
        yield return (PlanViolationKind.ShardChangedTwice, Input(Owned(gone)), Plan(takeover, takeover));
        yield return (PlanViolationKind.Malformed, Input(Owned(gone)), Plan(takeover with { To = null }));
        yield return (PlanViolationKind.Malformed, Input(Moving(b)), Plan(cancel with { To = c }));
        yield return (PlanViolationKind.Malformed,
            Input(Owned(gone)), Plan(takeover with { Kind = PlannedChangeKind.Assign }));
        yield return (PlanViolationKind.Malformed, Input(Clusters.Shard(0)), Plan(takeover));
        yield return (PlanViolationKind.OwnerStillLive, Input(Owned(a)), Plan(takeover));
        yield return (PlanViolationKind.NothingToMove, Input(Owned(gone)), Plan(Move(0, b)));
        yield return (PlanViolationKind.ShardInMotion, Input(Moving(b), Owned(a, 1)), Plan(Move(0, c)));
        yield return (PlanViolationKind.ShardInMotion, Input(Moving(b)), Plan(SetStandbys(c)));
        yield return (PlanViolationKind.NoMoveToCancel, Input(Owned(a)), Plan(cancel));
        yield return (PlanViolationKind.ShardClosing,
            Input(Owned(gone) with { Phase = ShardPhase.Closing }), Plan(takeover));
        yield return (PlanViolationKind.LeftUnplaced, Input(Owned(gone)), Plan());
        yield return (PlanViolationKind.LeftUnplaced, Input(Clusters.Shard(0)), Plan());
        yield return (PlanViolationKind.MoveLeftStranded, Input(Moving(gone)), Plan());
    }

    private static IEnumerable<(PlanViolationKind, PlanningInput, AssignmentPlan)> Budgets()
    {
        var six = Enumerable.Range(0, 6).Select(number => Owned(a, number)).ToArray();
        var one = new PlannerPolicy { MaxMovesInFlight = 1, MaxMovesPerInstance = 9 };
        var oneEach = new PlannerPolicy { MaxMovesInFlight = 9, MaxMovesPerInstance = 1 };
        yield return (PlanViolationKind.BudgetExceeded,
            Input(six) with { Policy = one }, Plan(Move(0, b), Move(1, c)));
        yield return (PlanViolationKind.BudgetExceeded,
            Input([Moving(b), .. six.Skip(1)]) with { Policy = one }, Plan(Move(1, c)));
        yield return (PlanViolationKind.InstanceBudgetExceeded,
            Input(six) with { Policy = oneEach }, Plan(Move(0, b), Move(1, c)));
        yield return (PlanViolationKind.InstanceBudgetExceeded,
            Input([.. six, .. six.Select((_, i) => Owned(b, 10 + i))]) with { Policy = oneEach },
            Plan(Move(0, c), Move(10, c)));
    }

    private static IEnumerable<(PlanViolationKind, PlanningInput, AssignmentPlan)> Standbys()
    {
        yield return (PlanViolationKind.TooManyStandbys,
            Input(Owned(a)) with { Policy = new PlannerPolicy { Standbys = 1 } }, Plan(SetStandbys(b, c)));
        yield return (PlanViolationKind.StandbyIsOwner, Input(Owned(a)), Plan(SetStandbys(a)));
        yield return (PlanViolationKind.StandbyIsOwner,
            Input(Owned(gone)), Plan(Change(0, PlannedChangeKind.Takeover, b, b)));
        yield return (PlanViolationKind.StandbyIsOwner,
            Input(Owned(a), Owned(a, 1)), Plan(Change(0, PlannedChangeKind.Move, b, b)));
        yield return (PlanViolationKind.StandbyTwice, Input(Owned(a)), Plan(SetStandbys(b, b)));
        yield return (PlanViolationKind.StandbyNotAccepting, Input(Owned(a)), Plan(SetStandbys(gone)));
        yield return (PlanViolationKind.StandbyNotAccepting,
            With(InstanceStatus.Cordoned, Owned(a)), Plan(SetStandbys(b)));
        yield return (PlanViolationKind.StandbyNotAccepting,
            With(InstanceStatus.Draining, Owned(a) with { Standbys = [b] }), Plan(SetStandbys(b)));
    }

    private static PlannerPolicy Rendezvous { get; } =
        new() { Strategy = PlacementStrategy.Rendezvous, Standbys = 2 };

    private static PlanningShard Owned(SessionRef owner, int number = 0) => Clusters.Shard(number, owner);

    private static PlanningShard Moving(SessionRef next) => Clusters.Shard(0, a, next, ShardPhase.Preparing);

    private static PlanningInput Input(params PlanningShard[] shards) => With(InstanceStatus.Active, shards);

    /// <summary>Instances a, b and c; b has the status.</summary>
    private static PlanningInput With(InstanceStatus status, params PlanningShard[] shards) => Clusters.Input(
        [Clusters.Instance(0), Clusters.Instance(1, status: status), Clusters.Instance(2)],
        [.. shards],
        new PlannerPolicy { Standbys = 2 });

    private static AssignmentPlan Plan(params PlannedChange[] changes) => new([.. changes]);

    private static PlannedChange Move(int number, SessionRef to) => Change(number, PlannedChangeKind.Move, to);

    private static PlannedChange SetStandbys(params SessionRef[] standbys) =>
        Change(0, PlannedChangeKind.SetStandbys, null, standbys);

    private static PlannedChange Change(
        int number, PlannedChangeKind kind, SessionRef? to, params SessionRef[] standbys) =>
        new(Clusters.Shard(number).Shard, kind, to, ImmutableArray.Create(standbys), "test");
}
