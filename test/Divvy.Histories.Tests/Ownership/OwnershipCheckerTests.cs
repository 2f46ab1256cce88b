using Divvy.Histories.Ownership;

namespace Divvy.Histories.Tests.Ownership;

public sealed class OwnershipCheckerTests
{
    private readonly OwnershipChecker checker = new();

    [Fact]
    public void Verdict_HandedOverAtOneInstant_IsEmpty()
    {
        checker.ObserveOpened("s", Seconds(0));
        Own("a", 1, 0, 5);
        Own("b", 2, 5, 10);
        Verdict().ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_TwoOwnersAtAnInstant_IsFound()
    {
        Own("a", 1, 0, 5.001);
        Own("b", 2, 5, 10);
        Broken().ShouldBe("ownership.two-owners");
    }

    /// <summary>The long interval hides behind a short one that begins later.</summary>
    [Fact]
    public void Verdict_SecondOwnerAfterAThirdInterval_IsFound()
    {
        Own("a", 1, 0, 20);
        Own("a", 2, 3, 4);
        Own("b", 3, 15, 16);
        Broken().ShouldBe("ownership.two-owners");
    }

    [Fact]
    public void Verdict_OtherShards_DoNotMatter()
    {
        checker.Observe(new OwnershipInterval("s", 1, "a", Seconds(0), Seconds(10)));
        checker.Observe(new OwnershipInterval("t", 1, "b", Seconds(0), Seconds(10)));
        Verdict().ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_LowerGenerationLater_BreaksGeneration()
    {
        Own("a", 2, 0, 5);
        Own("b", 1, 5, 10);
        Broken().ShouldBe("ownership.generation");
    }

    [Fact]
    public void Verdict_OneGenerationOfTwoInstances_BreaksGeneration()
    {
        Own("a", 1, 0, 5);
        Own("b", 1, 5, 10);
        Broken().ShouldBe("ownership.generation");
    }

    [Fact]
    public void Verdict_SameOwnerAgainUnderItsGeneration_IsAllowed()
    {
        Own("a", 1, 0, 5);
        Own("a", 1, 6, 10);
        Verdict().ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_OwnGenerationAgainAfterAnother_BreaksGeneration()
    {
        Own("a", 1, 0, 5);
        Own("b", 2, 5, 6);
        Own("a", 1, 6, 10);
        Broken().ShouldBe("ownership.generation");
    }

    [Theory]
    [InlineData(4.0, 0)]
    [InlineData(4.1, 1)]
    public void Verdict_WithoutAnOwnerBetweenTwo_IsBounded(double until, int violations)
    {
        checker.ObserveOpened("s", Seconds(0));
        Own("a", 1, 0, 2);
        Own("b", 2, until, 10);
        Verdict().Count(violation => violation.Checker == "ownership.unowned").ShouldBe(violations);
    }

    [Fact]
    public void Verdict_NeverOwnedOrAbandoned_IsFound()
    {
        checker.ObserveOpened("never", Seconds(0));
        checker.ObserveOpened("s", Seconds(0));
        Own("a", 1, 0, 7);
        Verdict().Select(violation => violation.Checker).ShouldBe(["ownership.unowned", "ownership.unowned"]);
    }

    [Fact]
    public void Verdict_ClosedShard_NeedsNoOwner()
    {
        checker.ObserveOpened("s", Seconds(0));
        Own("a", 1, 0, 3);
        checker.ObserveClosed("s", Seconds(3));
        Verdict().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(3, 6, 0)]
    [InlineData(3, 5, 1)]
    public void Verdict_WithoutAnOwnerWhileDisrupted_IsExcused(double from, double to, int violations)
    {
        checker.ObserveOpened("s", Seconds(0));
        Own("a", 1, 0, 2);
        Own("b", 2, 7, 10);
        checker.ObserveDisruption(Seconds(from), Seconds(to));
        Verdict().Count.ShouldBe(violations);
    }

    [Fact]
    public void Recorder_Observations_BecomeIntervals()
    {
        var recorder = new OwnershipRecorder();
        recorder.ObserveActive("a", "s", 1, Seconds(0));
        recorder.ObserveActive("a", "s", 1, Seconds(1));
        recorder.ObserveActive("a", "t", 1, Seconds(1));
        recorder.ObserveActive("a", "s", 2, Seconds(2));
        recorder.ObserveInactive("b", "s", Seconds(3));
        recorder.ObserveDeath("a", Seconds(4));
        recorder.ObserveActive("b", "s", 3, Seconds(5));
        recorder.At(Seconds(9)).OrderBy(one => one.Shard).ThenBy(one => one.From).ShouldBe(
        [
            new OwnershipInterval("s", 1, "a", Seconds(0), Seconds(2)),
            new OwnershipInterval("s", 2, "a", Seconds(2), Seconds(4)),
            new OwnershipInterval("s", 3, "b", Seconds(5), Seconds(9)),
            new OwnershipInterval("t", 1, "a", Seconds(1), Seconds(4)),
        ]);
    }

    private void Own(string instance, long generation, double from, double to) =>
        checker.Observe(new OwnershipInterval("s", generation, instance, Seconds(from), Seconds(to)));

    /// <summary>Ten seconds, of which a shard may be without an owner for two.</summary>
    private IReadOnlyList<Violation> Verdict() => checker.Verdict(bound: Seconds(2), now: Seconds(10));

    private string Broken() => Verdict().ShouldHaveSingleItem().Checker;

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
