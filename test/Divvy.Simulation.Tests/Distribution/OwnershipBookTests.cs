using Divvy.Core.Hosting;
using Divvy.Core.Identity;
using Divvy.Simulation.Distribution;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Tests.Distribution;

public sealed class OwnershipBookTests
{
    private static readonly ShardId shard = new("s1");
    private static readonly Generation first = new(1);

    private readonly RunReport report;
    private readonly OwnershipBook book;
    private readonly FakeOwner owner;
    private readonly FakeOwner other;

    public OwnershipBookTests()
    {
        var world = new SimWorld(seed: 1, keepTrace: false);
        report = new RunReport(world);
        var settings = DistributionSettings.Draw(new SimRandom(1), shards: 4);
        book = new OwnershipBook(world, new Weather(), settings, report);
        (owner, other) = (new FakeOwner(world, "a", session: 7), new FakeOwner(world, "b", session: 8));
        book.Begins(owner, owner.Ref, shard, first);
    }

    private string Violated => report.Violations.ShouldHaveSingleItem().Checker;

    [Fact]
    public void Answers_WhileItOwns_IsAllowed()
    {
        book.Answers(owner, shard, first);

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Answers_AfterTheShardWasClosed_IsNotTheOwners()
    {
        book.Ends(owner, shard, first, JournalEvent.Yielded);

        book.Answers(owner, shard, first);

        Violated.ShouldBe("answers of owners");
    }

    [Fact]
    public void Answers_AfterTheSessionsDeadline_IsNotTheOwners()
    {
        owner.HasSession = false;

        book.Answers(owner, shard, first);

        Violated.ShouldBe("answers of owners");
    }

    [Fact]
    public void Answers_OfAnEarlierGeneration_IsNotTheOwners()
    {
        book.Ends(owner, shard, first, JournalEvent.Yielded);
        book.Begins(owner, owner.Ref, shard, first.Next.Next);

        book.Answers(owner, shard, first);

        Violated.ShouldBe("answers of owners");
    }

    [Fact]
    public void Begins_AnotherOneBelieves_BreaksOneOwner()
    {
        book.Begins(other, other.Ref, shard, first.Next);

        Violated.ShouldBe("one owner");
    }

    [Fact]
    public void Begins_TheFormerOnesSessionIsOver_IsAllowed()
    {
        owner.HasSession = false;

        book.Begins(other, other.Ref, shard, first.Next);

        report.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Passes_TheFormerOwnerStillServes_BreaksTakeovers()
    {
        book.Passes(shard, owner.Ref, first);

        Violated.ShouldBe("takeovers");
    }

    [Fact]
    public void Passes_TheFormerOwnerHasYielded_IsAllowed()
    {
        book.Ends(owner, shard, first, JournalEvent.Yielded);

        book.Passes(shard, owner.Ref, first);

        report.Violations.ShouldBeEmpty();
    }
}
