using Divvy.Cli.Journals;

namespace Divvy.Cli.Tests.Journals;

public sealed class OwnershipAuditTests
{
    private readonly List<JournalEntry> entries = [];
    private readonly List<Death> deaths = [];

    [Fact]
    public void Check_PlannedMove_IsCleanAndHasTheGap()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(150, "b", 2, JournalEvent.Prepared);
        Write(200, "a", 1, JournalEvent.Yielded);
        Write(230, "b", 2, JournalEvent.Activated);
        Write(260, "a", 1, JournalEvent.Dropped);

        var report = Check();

        report.IsClean.ShouldBeTrue();
        report.Gaps.Single().Nanoseconds.ShouldBe(30);
        report.Holds.ShouldBe(2);
        report.Unheld.ShouldBeEmpty();
    }

    [Fact]
    public void Check_SecondActivatedBeforeTheFirstYields_IsAnOverlap()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(190, "b", 2, JournalEvent.Activated);
        Write(200, "a", 1, JournalEvent.Yielded);

        var overlap = Check().Overlaps.Single();

        (overlap.From, overlap.To).ShouldBe((190, 200));
        (overlap.First.Instance, overlap.Second.Instance).ShouldBe(("a", "b"));
    }

    [Theory]
    [InlineData("yielded")]
    [InlineData("dropped")]
    [InlineData("lease_lost")]
    public void Check_EachKindOfEnd_EndsTheHold(string kind)
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(200, "a", 1, Enum.Parse<JournalEvent>(kind.Replace("_", "", StringComparison.Ordinal), ignoreCase: true));
        Write(200, "b", 2, JournalEvent.Activated);

        Check().IsClean.ShouldBeTrue();
    }

    [Fact]
    public void Check_LeaseLostNoticedLate_EndedAtTheDeadline()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(400, "b", 2, JournalEvent.Activated);
        entries.Add(new JournalEntry(300, "a", "s", 1, JournalEvent.LeaseLost, NoticedUnixNs: 700));

        Check().IsClean.ShouldBeTrue();
    }

    [Fact]
    public void Check_LeaseLostAfterTheTakeover_IsAnOverlap()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(400, "b", 2, JournalEvent.Activated);
        Write(401, "a", 1, JournalEvent.LeaseLost);

        Check().Overlaps.ShouldHaveSingleItem();
    }

    [Fact]
    public void Check_KilledAndSaidSo_EndedWithTheKill()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        deaths.Add(new Death("a", 150));
        Write(200, "b", 2, JournalEvent.Activated);

        var report = Check();

        report.IsClean.ShouldBeTrue();
        report.Unended.ShouldBeEmpty();
        report.Gaps.Single().Nanoseconds.ShouldBe(50);
    }

    [Fact]
    public void Check_TakenOverBeforeTheKill_IsAnOverlap()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(140, "b", 2, JournalEvent.Activated);
        deaths.Add(new Death("a", 150));

        Check().Overlaps.Single().To.ShouldBe(150);
    }

    [Fact]
    public void Check_NoEndAndNoLaterLine_IsUnendedAndProvesNothing()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(200, "b", 2, JournalEvent.Activated);

        var report = Check();

        report.IsClean.ShouldBeTrue();
        report.Unended.Single().Instance.ShouldBe("a");
    }

    [Fact]
    public void Check_NoEndButALaterLineOfTheSession_IsAnOverlap()
    {
        Write(100, "a", 1, JournalEvent.Activated, session: "1");
        Write(200, "b", 2, JournalEvent.Activated);
        Write(300, "a", 1, JournalEvent.Activated, session: "1", shard: "other");

        Check().Overlaps.Single().First.Instance.ShouldBe("a");
    }

    [Fact]
    public void Check_NoEndAndALaterLineOfAnotherSession_ProvesNothing()
    {
        Write(100, "a", 1, JournalEvent.Activated, session: "1");
        Write(200, "b", 2, JournalEvent.Activated);
        Write(300, "a", 1, JournalEvent.Activated, session: "2", shard: "other");

        Check().Overlaps.ShouldBeEmpty();
    }

    [Fact]
    public void Check_TwoSessionsOfOneInstance_AreTwoOwners()
    {
        Write(100, "a", 1, JournalEvent.Activated, session: "1");
        Write(150, "a", 2, JournalEvent.Activated, session: "2");
        Write(200, "a", 1, JournalEvent.LeaseLost, session: "1");

        Check().Overlaps.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Check_NextHolderWithoutAHigherGeneration_IsAFault(long next)
    {
        Write(100, "a", 2, JournalEvent.Activated);
        Write(200, "a", 2, JournalEvent.Yielded);
        Write(300, "b", next, JournalEvent.Activated);

        var report = Check();

        report.GenerationFaults.ShouldHaveSingleItem();
        report.IsClean.ShouldBeFalse();
    }

    [Fact]
    public void Check_CancelledMove_MayActivateTheSameGenerationAgain()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(200, "a", 1, JournalEvent.Yielded);
        Write(250, "a", 1, JournalEvent.Activated);

        var report = Check();

        report.IsClean.ShouldBeTrue();
        report.Gaps.Single().Nanoseconds.ShouldBe(50);
    }

    [Fact]
    public void Check_RoleSentAgain_IsTheSameHold()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(200, "a", 1, JournalEvent.Activated);

        Check().Holds.ShouldBe(1);
    }

    [Fact]
    public void Check_EverybodyLeft_NamesTheShardsNobodyHolds()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(200, "a", 1, JournalEvent.Dropped);

        Check().Unheld.ShouldBe(["s"]);
    }

    [Fact]
    public void Check_ALongHoldUnderTwoShortOnes_ReportsBoth()
    {
        Write(100, "a", 1, JournalEvent.Activated);
        Write(110, "b", 2, JournalEvent.Activated);
        Write(120, "b", 2, JournalEvent.Yielded);
        Write(130, "c", 3, JournalEvent.Activated);
        Write(140, "c", 3, JournalEvent.Yielded);
        Write(200, "a", 1, JournalEvent.Dropped);

        Check().Overlaps.Count.ShouldBe(2);
    }

    private AuditReport Check() => OwnershipAudit.Check(entries, deaths);

    private void Write(
        long time, string instance, long generation, JournalEvent happened, string? session = null, string shard = "s") =>
        entries.Add(new JournalEntry(time, instance, shard, generation, happened, session));
}
