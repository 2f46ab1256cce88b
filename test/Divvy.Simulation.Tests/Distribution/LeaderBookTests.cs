using Divvy.Simulation.Distribution;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class LeaderBookTests
{
    private readonly RunReport report = new(new SimWorld(seed: 1, keepTrace: false));
    private readonly LeaderBook book;

    public LeaderBookTests()
    {
        book = new LeaderBook(report);
        book.Enters("leaders/b", since: 5, "server-1");
        book.Enters("leaders/a", since: 7, "server-2");
    }

    [Fact]
    public void Planned_ByTheOldestInLine_IsRight()
    {
        book.Planned("server-1", revision: 9);

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Planned_ByWhoStandsBehindIt_IsNoLeadersPlan()
    {
        book.Planned("server-2", revision: 9);

        report.Violations.ShouldHaveSingleItem().Checker.ShouldBe("plans of leaders");
    }

    [Fact]
    public void Planned_ByAFormerLeader_IsNoLeadersPlan()
    {
        book.Leaves("leaders/b");
        book.Planned("server-2", revision: 9);
        report.Violations.ShouldBeEmpty();

        book.Planned("server-1", revision: 10);

        report.Violations.ShouldHaveSingleItem().Checker.ShouldBe("plans of leaders");
    }

    [Fact]
    public void Planned_NobodyInLine_IsNoLeadersPlan()
    {
        book.Leaves("leaders/a");
        book.Leaves("leaders/b");

        book.Planned("server-1", revision: 10);

        report.Violations.ShouldHaveSingleItem().Message.ShouldContain("nobody leads");
    }
}
