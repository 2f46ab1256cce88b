using Divvy.Histories.KeyValue;

namespace Divvy.Histories.Tests.KeyValue;

public sealed class EventLogTests
{
    private static readonly KeyRecord created = new("a", "1", 2, 2, 1);

    [Fact]
    public void Append_Gap_IsRefused() =>
        Should.Throw<ArgumentException>(() => new EventLog().Append(3, [])).Message.ShouldContain("ends at revision 1");

    [Fact]
    public void StateAt_EachRevision_IsWhatItWasThen()
    {
        var log = Log([StoreEvent.Put(created)], [StoreEvent.Delete("a", 3)]);
        (log.StateAt(1).Records.Count, log.StateAt(2)["a"], log.StateAt(3)["a"]).ShouldBe((0, created, null));
        (log.First, log.Last, log.Has(1), log.Knows(1), log.Knows(4)).ShouldBe((2, 3, false, true, false));
    }

    [Fact]
    public void Verdict_RightHistory_IsEmpty() =>
        Log([StoreEvent.Put(created)], [StoreEvent.Put(new KeyRecord("a", "2", 2, 3, 2))], [StoreEvent.Delete("a", 4)])
            .Verdict(TimeSpan.Zero).ShouldBeEmpty();

    [Theory]
    [InlineData(2, 3, 1)]
    [InlineData(3, 3, 2)]
    [InlineData(2, 2, 2)]
    public void Verdict_WrongNumbers_AreFound(long create, long modify, long version) =>
        Log([StoreEvent.Put(created)], [StoreEvent.Put(new KeyRecord("a", "2", create, modify, version))])
            .Verdict(TimeSpan.Zero).ShouldHaveSingleItem().Checker.ShouldBe("log.consistent");

    [Fact]
    public void Verdict_DeleteOfNothing_IsFound() =>
        Log([StoreEvent.Delete("a", 2)]).Verdict(TimeSpan.Zero).ShouldHaveSingleItem().Message.ShouldContain("no such key");

    private static EventLog Log(params StoreEvent[][] revisions)
    {
        var log = new EventLog();
        foreach (var events in revisions)
            log.Append(log.Last + 1, events);
        return log;
    }
}
