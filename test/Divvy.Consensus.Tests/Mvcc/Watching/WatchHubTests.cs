using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc.Watching;

public sealed class WatchHubTests
{
    private static readonly WatchLimits small = new() { MaxQueuedMessages = 4, MaxRevisionsPerMessage = 10 };

    private readonly Driver driver = new();

    [Fact]
    public void Create_FirstEvent_ComesAfterTheAnswer()
    {
        Put("a", "1");
        var stream = Open();

        stream.Create(new WatchSpec(Prefix("a")) { StartRevision = 2 });

        var messages = TakeAll(stream);
        messages[0].ShouldBeOfType<WatchCreated>();
        messages[1].ShouldBeOfType<WatchEvents>().Events.Count.ShouldBe(1);
    }

    [Fact]
    public void Publish_SlowStream_FallsBehindInBoundedMemoryAndMissesNothing()
    {
        var slow = Open(small);
        var fast = Hub!.OpenStream(TimeSpan.Zero);
        slow.Create(new WatchSpec(Prefix("k")));
        fast.Create(new WatchSpec(Prefix("k")));
        TakeAll(slow);
        TakeAll(fast);
        var heardFast = new List<long>();
        for (var put = 0; put < 500; put++)
        {
            Put($"k{put % 5}", $"{put}");
            heardFast.AddRange(Revisions(TakeAll(fast)));
        }

        heardFast.ShouldBe(Enumerable.Range(2, 500).Select(revision => (long)revision), "the fast one waits for nobody");
        Hub.UnsyncedCount.ShouldBe(1);
        var first = new List<WatchMessage>();
        slow.Take(first, 100).ShouldBeTrue();
        first.Count.ShouldBe(4, "no more than the limit waits");
        Revisions(first.Concat(TakeAll(slow)))
            .ShouldBe(Enumerable.Range(2, 500).Select(revision => (long)revision));
        Hub.UnsyncedCount.ShouldBe(0);
        Put("k", "live again");
        Revisions(TakeAll(slow)).ShouldBe([502]);
    }

    [Fact]
    public void CatchUp_WatchersOfOneStreamThatDiffer_EachHearsItsOwn()
    {
        var stream = Open(small);
        for (var put = 0; put < 100; put++)
            Put($"k{put % 5}", $"{put}");
        var specs = new[]
        {
            new WatchSpec(Prefix("k")) { StartRevision = 2 },
            new WatchSpec(Prefix("k")) { StartRevision = 2 },
            new WatchSpec(Prefix("k")) { StartRevision = 40 },
            new WatchSpec(Prefix("k1")) { StartRevision = 2 },
            new WatchSpec(Prefix("k")) { StartRevision = 2, NoPuts = true },
        };

        foreach (var spec in specs)
            stream.Create(spec);
        var heard = TakeAll(stream).OfType<WatchEvents>().ToLookup(events => events.WatchId);

        Revisions(heard[0]).ShouldBe(Enumerable.Range(2, 100).Select(revision => (long)revision));
        Revisions(heard[1]).ShouldBe(Revisions(heard[0]));
        Revisions(heard[2]).ShouldBe(Enumerable.Range(40, 62).Select(revision => (long)revision));
        Revisions(heard[3]).ShouldBe(Enumerable.Range(0, 20).Select(put => 3L + (5 * put)));
        heard[4].ShouldBeEmpty();
    }

    [Fact]
    public void CatchUp_WatchersThatFellBehindTogether_ShareWhatTheyHear()
    {
        var stream = Open(small);
        stream.Create(new WatchSpec(Prefix("k")));
        stream.Create(new WatchSpec(Prefix("k")));
        TakeAll(stream);
        for (var put = 0; put < 30; put++)
            Put("k", $"{put}");

        var heard = TakeAll(stream).OfType<WatchEvents>().ToLookup(events => events.WatchId);

        var lists = heard[0].Zip(heard[1], (one, other) => (one.Events, other.Events)).ToList();
        lists.Count.ShouldBeLessThan(10, "several revisions come in one message");
        lists.ShouldAllBe(pair => ReferenceEquals(pair.Item1, pair.Item2));
    }

    [Fact]
    public void Publish_StreamFullOfBytes_FallsBehind()
    {
        var stream = Open(small with { MaxQueuedMessages = 1000, MaxQueuedBytes = 1000 });
        stream.Create(new WatchSpec(Prefix("k")));
        for (var put = 0; put < 10; put++)
            Put("k", new string('x', 400));

        Hub!.UnsyncedCount.ShouldBe(1);
        Revisions(TakeAll(stream)).Count().ShouldBe(10);
    }

    [Fact]
    public void CatchUp_LargeRevision_IsNeverSplit()
    {
        Apply(new TxnOperation([], [.. Enumerable.Range(0, 50).Select(NewPut)], []));
        Apply(new TxnOperation([], [.. Enumerable.Range(0, 50).Select(NewPut)], []));
        var stream = Open(small with { MaxRevisionsPerMessage = 1, MaxCatchUpRecords = 7, MaxCatchUpMessageBytes = 10 });

        stream.Create(new WatchSpec(Prefix("k")) { StartRevision = 2 });

        var messages = TakeAll(stream).OfType<WatchEvents>().ToList();
        messages.Select(message => message.Events.Count).ShouldBe([50, 50]);

        static PutOperation NewPut(int number) => new(Bytes($"k{number}"), Bytes("v"));
    }

    [Fact]
    public void CatchUp_NothingOfInterest_EndsSynced()
    {
        for (var put = 0; put < 100; put++)
            Put("other", $"{put}");
        var stream = Open(small with { MaxCatchUpRecords = 10 });

        stream.Create(new WatchSpec(Prefix("k")) { StartRevision = 2 });

        TakeAll(stream).Single().ShouldBeOfType<WatchCreated>();
        Hub!.UnsyncedCount.ShouldBe(0);
    }

    [Fact]
    public void CatchUp_CompactedMeanwhile_EndsTheWatch()
    {
        var stream = Open(small);
        stream.Create(new WatchSpec(Prefix("k")));
        for (var put = 0; put < 100; put++)
            Put("k", $"{put}");
        Apply(new CompactCommand(90));

        var messages = TakeAll(stream);

        Revisions(messages).ShouldBe([2, 3, 4], "what was queued before is still sent");
        messages[^1].ShouldBeOfType<WatchCompacted>().CompactedRevision.ShouldBe(90);
        stream.WatcherCount.ShouldBe(0);
    }

    [Fact]
    public void Create_StartAtTheCompactedRevision_HearsItsDeletion()
    {
        Put("k", "1");
        Apply(new DeleteRangeOperation(KeyRange.Single(Bytes("k"))));
        Apply(new CompactCommand(3));
        var stream = Open();

        stream.Create(new WatchSpec(Prefix("k")) { StartRevision = 3, PreviousRecords = true });

        var change = TakeAll(stream).OfType<WatchEvents>().Single().Events.Single();
        change.Record.IsTombstone.ShouldBeTrue();
        change.Previous.ShouldBeNull();
    }

    [Fact]
    public void RequestProgress_WhileBehind_WaitsUntilAllWasSaid()
    {
        var stream = Open(small);
        stream.Create(new WatchSpec(Prefix("k")));
        for (var put = 0; put < 20; put++)
            Put("k", $"{put}");

        stream.RequestProgress();

        var messages = TakeAll(stream);
        var progress = messages.OfType<WatchProgress>().Single();
        progress.ShouldBe(messages[^1]);
        progress.WatchId.ShouldBe(WatchProgress.AllWatches);
        progress.Revision.ShouldBe(21);
        Revisions(messages).Count().ShouldBe(20);
    }

    [Fact]
    public void RequestProgress_StartInTheFuture_WaitsForIt()
    {
        var stream = Open();
        stream.Create(new WatchSpec(Prefix("k")) { StartRevision = 4 });
        TakeAll(stream);

        stream.RequestProgress();
        TakeAll(stream).ShouldBeEmpty();
        Put("other", "1");
        Put("other", "2");
        Hub!.Poll(TimeSpan.Zero);

        TakeAll(stream).Single().ShouldBe(new WatchProgress(WatchProgress.AllWatches, 3));
    }

    [Fact]
    public void Poll_IdleWatchThatAsked_HearsTheRevision()
    {
        var stream = Open(new WatchLimits { ProgressInterval = TimeSpan.FromMinutes(10) });
        stream.Create(new WatchSpec(Prefix("a")) { ProgressNotify = true });
        stream.Create(new WatchSpec(Prefix("b")) { ProgressNotify = true });
        stream.Create(new WatchSpec(Prefix("c")));
        Put("b", "1");
        TakeAll(stream);

        Hub!.Poll(TimeSpan.FromMinutes(9.9));
        TakeAll(stream).ShouldBeEmpty();
        Hub.Poll(TimeSpan.FromMinutes(11));

        TakeAll(stream).ShouldBe([new WatchProgress(0, 2)], "1 heard an event, and 2 did not ask");
        Hub.Poll(TimeSpan.FromMinutes(22));
        TakeAll(stream).Count.ShouldBe(2);
    }

    [Fact]
    public void Poll_StartInTheFuture_HearsNoProgress()
    {
        var stream = Open();
        stream.Create(new WatchSpec(Prefix("a")) { ProgressNotify = true, StartRevision = 100 });
        TakeAll(stream);

        Hub!.Poll(TimeSpan.FromHours(1));

        TakeAll(stream).ShouldBeEmpty();
    }

    [Fact]
    public void TakeSignaled_StreamWithNews_IsNamedOnce()
    {
        var stream = Open();
        var other = Hub!.OpenStream(TimeSpan.Zero);
        other.Create(new WatchSpec(Prefix("z")));
        stream.Create(new WatchSpec(Prefix("k")));
        Hub.TakeSignaled();

        Put("k", "1");
        Put("k", "2");

        Hub.TakeSignaled().ShouldBe([stream]);
        Hub.TakeSignaled().ShouldBeEmpty();
    }

    [Fact]
    public void Close_Stream_ForgetsItsWatches()
    {
        var stream = Open();
        stream.Create(new WatchSpec(Prefix("k")));
        stream.Create(new WatchSpec(KeyRange.Single(Bytes("k"))));

        stream.Close();
        Put("k", "1");

        Hub!.WatcherCount.ShouldBe(0);
        Hub.UnsyncedCount.ShouldBe(0);
        Hub.StreamCount.ShouldBe(0);
    }

    [Fact]
    public void Create_TooMany_IsRefused()
    {
        var stream = Open(new WatchLimits { MaxWatchersPerStream = 1 });
        stream.Create(new WatchSpec(Prefix("k")));
        stream.Create(new WatchSpec(Prefix("k")));

        TakeAll(stream)[^1].ShouldBeOfType<WatchRefused>().Reason.ShouldBe(WatchRefusal.TooManyWatchers);
    }

    [Fact]
    public void Refuse_ByTheOwner_IsAnsweredInTurnAndWatchesNothing()
    {
        var stream = Open();
        stream.Refuse(WatchRefusal.PermissionDenied);
        stream.Create(new WatchSpec(Prefix("k")));

        var answers = TakeAll(stream);

        answers[0].ShouldBeOfType<WatchRefused>().Reason.ShouldBe(WatchRefusal.PermissionDenied);
        answers[1].ShouldBeOfType<WatchCreated>();
        Hub!.WatcherCount.ShouldBe(1);
    }

    [Fact]
    public void AcceptsRequests_AnswersUnread_SaysNo()
    {
        var stream = Open(small);
        for (var watch = 0; watch < 8; watch++)
        {
            stream.AcceptsRequests.ShouldBeTrue();
            stream.Create(new WatchSpec(Prefix("k")));
        }

        stream.AcceptsRequests.ShouldBeFalse();
        TakeAll(stream);
        stream.AcceptsRequests.ShouldBeTrue();
    }

    private WatchHub? Hub { get; set; }

    private WatchStream Open(WatchLimits? limits = null)
    {
        Hub = new WatchHub(driver.Store, limits ?? new WatchLimits());
        return Hub.OpenStream(TimeSpan.Zero);
    }

    private void Put(string key, string value) => Apply(new PutOperation(Bytes(key), Bytes(value)));

    private void Apply(MvccCommand command)
    {
        driver.Apply(command).Outcome.ShouldBe(MvccOutcome.Ok);
        Hub?.Publish();
    }

    private static List<WatchMessage> TakeAll(WatchStream stream)
    {
        var messages = new List<WatchMessage>();
        while (stream.Take(messages, 3))
        {
        }
        return messages;
    }

    private static IEnumerable<long> Revisions(IEnumerable<WatchMessage> messages) =>
        messages.OfType<WatchEvents>().SelectMany(message => message.Events).Select(change => change.Record.ModRevision);
}
