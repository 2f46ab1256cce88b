using Divvy.Cli.Journals;
using Divvy.Cli.Lab;

namespace Divvy.Cli.Tests.Lab;

public sealed class DisturbanceTests
{
    private static readonly Disturbance Start = new(
        1_000, new Dictionary<string, string> { ["s1"] = "a", ["s2"] = "a", ["s3"] = "b" });

    [Fact]
    public void Changes_ActivationsSince_AreInOrderAndOnlyOfNewHolders()
    {
        var changes = Start.Changes(
        [
            new(2_000, "b", "s2", 3, JournalEvent.Activated),
            new(1_500, "c", "s1", 2, JournalEvent.Activated),
            new(1_600, "b", "s3", 1, JournalEvent.Activated),
            new(900, "c", "s3", 1, JournalEvent.Activated),
            new(2_500, "a", "s2", 4, JournalEvent.Activated),
        ]);

        changes.ShouldBe([new("s1", "a", "c", 1_500), new("s2", "a", "b", 2_000), new("s2", "b", "a", 2_500)]);
    }

    [Fact]
    public void Counts_Holders_AreCountedByInstance()
    {
        Start.Counts.ShouldBe(new Dictionary<string, int> { ["a"] = 2, ["b"] = 1 }, ignoreOrder: true);
        Start.ShardsOf("a").ShouldBe(["s1", "s2"], ignoreOrder: true);
    }

    [Fact]
    public void Since_Nanoseconds_IsTheTimePassed() => Start.Since(1_001_000).ShouldBe(TimeSpan.FromMilliseconds(1));
}
