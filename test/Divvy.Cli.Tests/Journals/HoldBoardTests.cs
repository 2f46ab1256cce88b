using Divvy.Cli.Journals;
using Divvy.TestKit;

namespace Divvy.Cli.Tests.Journals;

public sealed class HoldBoardTests
{
    private readonly HoldBoard board = new();

    [Fact]
    public void Apply_MoveReadFromTheNewOwnersJournalFirst_KeepsTheNewOwner()
    {
        board.Apply([new(100, "a", "s", 1, JournalEvent.Activated)]);
        board.Apply([new(300, "b", "s", 2, JournalEvent.Activated), new(200, "a", "s", 1, JournalEvent.Yielded)]);

        board.Holders["s"].Instance.ShouldBe("b");
    }

    [Fact]
    public void Apply_EndOfTheHold_RemovesTheHolder()
    {
        board.Apply([new(1, "a", "s", 1, JournalEvent.Activated), new(2, "a", "s", 1, JournalEvent.LeaseLost)]);

        board.Holders.ShouldBeEmpty();
    }

    [Fact]
    public void Apply_EndOfAnEarlierSession_LeavesTheLaterHold()
    {
        board.Apply(
        [
            new(1, "a", "s", 1, JournalEvent.Activated, "1"),
            new(2, "a", "s", 2, JournalEvent.Activated, "2"),
            new(3, "a", "s", 1, JournalEvent.Dropped, "1"),
        ]);

        board.Holders["s"].Generation.ShouldBe(2);
    }

    [Fact]
    public void Bury_AnInstance_LeavesTheOthers()
    {
        board.Apply([new(1, "a", "s1", 1, JournalEvent.Activated), new(1, "b", "s2", 1, JournalEvent.Activated)]);

        board.Bury("a");

        board.Counts(["a", "b", "c"]).ShouldBe(
            new Dictionary<string, int> { ["a"] = 0, ["b"] = 1, ["c"] = 0 }, ignoreOrder: true);
    }

    [Fact]
    public void ReadNew_GrowingJournals_GivesEachWholeLineOnce()
    {
        using var directory = new TempDirectory();
        var follower = new JournalFollower(directory.Path);
        using var writer = new JournalWriter(directory.File("a.journal"));
        follower.ReadNew().ShouldBeEmpty();

        writer.Append(new JournalEntry(1, "a", "s1", 1, JournalEvent.Activated));
        follower.ReadNew().Select(entry => entry.Shard).ShouldBe(["s1"]);
        writer.Append(new JournalEntry(2, "a", "s2", 1, JournalEvent.Activated));
        File.WriteAllText(directory.File("b.journal"), "{\"unix_ns\":3,");
        follower.ReadNew().Select(entry => entry.Shard).ShouldBe(["s2"]);

        File.AppendAllText(
            directory.File("b.journal"), "\"instance\":\"b\",\"shard\":\"s3\",\"generation\":1,\"event\":\"dropped\"}\n");
        follower.ReadNew().Select(entry => entry.Shard).ShouldBe(["s3"]);
    }
}
