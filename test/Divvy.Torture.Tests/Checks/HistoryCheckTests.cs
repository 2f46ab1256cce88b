using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Histories.Linearizability;
using Divvy.Histories.Watching;
using Divvy.TestKit;
using Divvy.Torture.Checks;

namespace Divvy.Torture.Tests.Checks;

public sealed class HistoryCheckTests : IDisposable
{
    private readonly TempDirectory directory = new("history-check");
    private readonly HistoryCheck check;
    private OperationRecorder<KeyValueRequest, KeyValueResponse> calls = new();

    public HistoryCheckTests() => check = new HistoryCheck(directory.File("data"), "own/");

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Check_RoundsThatFollowEachOther_Pass()
    {
        Done(new PutRequest("own/a", "1"), new PutResponse(2));
        Round(Put("own/a", "1", 2));
        Done(new RangeRequest(new KeyRange("own/a")), new RangeResponse(2, [new KeyRecord("own/a", "1", 2, 2, 1)], 1));
        Round();
        (check.Revision, check.Calls, check.Searches).ShouldBe((2, 2, 0));
    }

    [Fact]
    public void Check_LostWriteThatComesRoundsLater_Passes()
    {
        calls.Invoke(1, new PutRequest("own/a", "1"), TimeSpan.Zero);
        Round();
        Round();
        Round(Put("own/a", "1", 2));
        check.Revision.ShouldBe(2);
    }

    [Fact]
    public void Check_LostWriteThatComesTwice_IsFoundAndDrawn()
    {
        calls.Invoke(1, new PutRequest("own/a", "1"), TimeSpan.Zero);
        Round(Put("own/a", "1", 2));
        Done(new PutRequest("own/a", "2"), new PutResponse(4));
        var failure = Should.Throw<TortureViolation>(
            () => Round(Put("own/a", "1", 3, version: 2), Put("own/a", "2", 4, version: 3)));
        failure.Message.ShouldContain("not linearizable");
        File.Exists(Path.Combine(directory.File("data"), "history.html")).ShouldBeTrue();
    }

    [Fact]
    public void Check_WritesOfOthers_TakeTheirRevisions()
    {
        Done(new PutRequest("own/a", "1"), new PutResponse(3));
        Round(Put("theirs/x", "1", 2), Put("own/a", "1", 3));
        check.Revision.ShouldBe(3);
    }

    [Fact]
    public void Check_WatchThatMissedSomething_IsFound()
    {
        Done(new PutRequest("own/a", "1"), new PutResponse(2));
        var watches = new WatchChecker();
        watches.Observe("w", new WatchRequest(KeyRange.All, 2)).Received(new WatchResponse(TimeSpan.Zero, [], Bookmark: 2));
        Should.Throw<TortureViolation>(() => Round(watches, Put("own/a", "1", 2))).Message.ShouldContain("watch.bookmarkable");
    }

    private void Done(KeyValueRequest request, KeyValueResponse response) =>
        calls.Complete(calls.Invoke(1, request, TimeSpan.Zero), response, TimeSpan.Zero);

    private void Round(params WatchEvent[] events) => Round(new WatchChecker(), events);

    private void Round(WatchChecker watches, params WatchEvent[] events)
    {
        var upTo = events.Length > 0 ? events[^1].Kv.ModRevision : check.Revision;
        var log = check.Log(revision => [.. events.Where(change => change.Kv.ModRevision == revision)], upTo);
        var recorded = calls.Operations;
        calls = new OperationRecorder<KeyValueRequest, KeyValueResponse>();
        check.Check(1, log, recorded, new SnapshotReads(), watches, TimeSpan.Zero);
    }

    private static WatchEvent Put(string key, string value, long revision, long version = 1) => new(
        WatchEventType.Put,
        new Kv(key, System.Text.Encoding.UTF8.GetBytes(value), revision - version + 1, revision, version, 0),
        null);
}
