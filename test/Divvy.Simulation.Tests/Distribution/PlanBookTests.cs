using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Planning;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class PlanBookTests
{
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(7));
    private static readonly SessionRef b = new(new InstanceId("b"), new SessionId(8));

    private readonly SimWorld world = new(seed: 1, keepTrace: false);
    private readonly HashSet<SessionRef> living = [a, b];
    private readonly RunReport report;
    private readonly PlanBook book;
    private bool isCalm = true;
    private long revision;

    public PlanBookTests()
    {
        report = new RunReport(world);
        var policy = new PlannerPolicy { MaxMovesInFlight = 2, MaxMovesPerInstance = 2 };
        book = new PlanBook(world, policy, living.Contains, report) { IsCalm = () => isCalm };
    }

    private string Violated => report.Violations.ShouldHaveSingleItem().Checker;

    [Fact]
    public void Commit_AsManyMovesAsAreAllowed_IsRight()
    {
        Begin("1");
        Begin("2");

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Commit_OneMoveTooMany_BreaksBudgets()
    {
        Begin("1");
        Begin("2");

        Begin("3");

        report.Violations.ShouldNotBeEmpty();
        report.Violations.ShouldAllBe(violation => violation.Checker == "plan budgets");
    }

    [Fact]
    public void Commit_OneMoveTooManyOfDifferentInstances_BreaksTheNamespacesBudget()
    {
        foreach (var number in new[] { 1, 2, 3 })
        {
            var (from, to) = (Instance(2 * number), Instance((2 * number) + 1));
            living.UnionWith([from, to]);
            var before = Stable($"{number}") with { Owner = from };
            Take(before, before with { Phase = ShardPhase.Preparing, Next = to });
        }

        Violated.ShouldBe("plan budgets");
    }

    [Fact]
    public void Commit_AMoveHasEndedOrLostItsOwnerOrIsAnOperators_DoesNotCount()
    {
        Begin("1");
        Begin("2");
        Take(Moving("1"), Stable("1") with { Owner = b });
        Begin("3");
        Begin("4", "moved by an operator");
        report.Violations.ShouldBeEmpty();

        living.Remove(a);
        Begin("5");

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Take_PlannedForWhoTakesNoShardsForLong_BreaksConstraints()
    {
        book.Said(b.Instance, takesShards: false);
        Pass(TimeSpan.FromSeconds(6));

        Begin("1");

        Violated.ShouldBe("plan constraints");
    }

    [Fact]
    public void Take_FirstOwnerTakesNoShardsForLong_BreaksConstraints()
    {
        book.Said(b.Instance, takesShards: false);
        Pass(TimeSpan.FromSeconds(6));

        Take(null, Stable("1") with { Owner = b });

        Violated.ShouldBe("plan constraints");
    }

    [Theory]
    [InlineData(4, true, false, "balance")]
    [InlineData(6, false, false, "balance")]
    [InlineData(6, true, true, "balance")]
    [InlineData(6, true, false, "moved by an operator")]
    public void Take_SaidJustNowOrNotCalmOrTakenBackOrByAnOperator_IsAllowed(
        int seconds, bool calm, bool takenBack, string reason)
    {
        isCalm = calm;
        book.Said(b.Instance, takesShards: false);
        Pass(TimeSpan.FromSeconds(seconds));
        if (takenBack)
            book.Said(b.Instance, takesShards: true);

        Begin("1", reason);

        report.Violations.ShouldBeEmpty();
    }

    private static SessionRef Instance(int number) => new(new InstanceId($"i{number}"), new SessionId(number));

    private static ShardRecord Stable(string shard) => new()
    {
        Shard = new ShardId(shard),
        Range = HashRange.Full,
        Owner = a,
        Generation = new Generation(1),
    };

    private static ShardRecord Moving(string shard) => Stable(shard) with { Phase = ShardPhase.Preparing, Next = b };

    private void Begin(string shard, string reason = "balance") =>
        Take(Stable(shard), Moving(shard) with { Reason = reason });

    private void Take(ShardRecord? before, ShardRecord after)
    {
        book.Take(before, after, ++revision);
        book.Commit(revision);
    }

    private void Pass(TimeSpan time)
    {
        world.Schedule(time, () => { });
        world.TakeNext().ShouldBeTrue();
    }
}
