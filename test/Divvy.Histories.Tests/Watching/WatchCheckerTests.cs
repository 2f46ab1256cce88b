using Divvy.Histories.KeyValue;
using Divvy.Histories.Watching;

namespace Divvy.Histories.Tests.Watching;

/// <summary>Each rule against a watch that breaks it and nothing else. The log: revision 2 puts a and b, 3 puts a, 4 puts b,
/// 5 deletes a.</summary>
public sealed class WatchCheckerTests
{
    private static readonly KeyRecord a2 = new("a", "1", 2, 2, 1);
    private static readonly KeyRecord b2 = new("b", "1", 2, 2, 1);
    private static readonly KeyRecord a3 = new("a", "2", 2, 3, 2);
    private static readonly KeyRecord b4 = new("b", "2", 2, 4, 2);

    private static readonly WatchedEvent putA2 = new(StoreEvent.Put(a2));
    private static readonly WatchedEvent putB2 = new(StoreEvent.Put(b2));
    private static readonly WatchedEvent putA3 = new(StoreEvent.Put(a3));
    private static readonly WatchedEvent putB4 = new(StoreEvent.Put(b4));
    private static readonly WatchedEvent deleteA5 = new(StoreEvent.Delete("a", 5));

    private readonly EventLog log = new();
    private readonly WatchChecker checker = new();

    public WatchCheckerTests()
    {
        log.Append(2, [putA2.Change, putB2.Change]);
        log.Append(3, [putA3.Change]);
        log.Append(4, [putB4.Change]);
        log.Append(5, [deleteA5.Change]);
    }

    [Fact]
    public void Verdict_WholeHistory_IsEmpty()
    {
        var watch = Watch(new WatchRequest(KeyRange.All, StartRevision: 2));
        Receive(watch, putA2, putB2, putA3);
        Receive(watch, putB4);
        Progress(watch, 4);
        Receive(watch, deleteA5);
        checker.Verdict(log).ShouldBeEmpty();
        checker.Behind(log, 5, TimeSpan.Zero).ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_FromNowOn_BeginsBehindTheCreation()
    {
        var watch = Watch(new WatchRequest(KeyRange.All));
        watch.Created(3);
        Receive(watch, putB4);
        Receive(watch, deleteA5);
        checker.Verdict(log).ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_FromNowOnAndTheFirstEventMissing_BreaksResumable()
    {
        var watch = Watch(new WatchRequest(KeyRange.All));
        watch.Created(3);
        Receive(watch, deleteA5);
        Broken().ShouldBe("watch.resumable");
    }

    [Fact]
    public void Verdict_KeyOutsideTheRange_BreaksFiltered()
    {
        Receive(Watch(new WatchRequest(new KeyRange("a"), StartRevision: 2)), putA2, putA3, putB4);
        Broken().ShouldBe("watch.filtered");
    }

    [Fact]
    public void Verdict_KindLeftOut_BreaksFiltered()
    {
        Receive(Watch(new WatchRequest(new KeyRange("a"), StartRevision: 3, NoDelete: true)), putA3, deleteA5);
        Broken().ShouldBe("watch.filtered");
    }

    [Fact]
    public void Verdict_EventBeforeTheStart_BreaksFiltered()
    {
        Receive(Watch(new WatchRequest(new KeyRange("a"), StartRevision: 3)), putA2, putA3);
        Broken().ShouldBe("watch.filtered");
    }

    [Fact]
    public void Verdict_RevisionThatGoesBack_BreaksOrdered()
    {
        Receive(Watch(new WatchRequest(KeyRange.All, StartRevision: 2)), putA2, putB2, putB4, putA3);
        Broken().ShouldBe("watch.ordered");
    }

    [Fact]
    public void Verdict_EventTwice_BreaksUnique()
    {
        Receive(Watch(new WatchRequest(KeyRange.All, StartRevision: 2)), putA2, putB2, putB2);
        Broken().ShouldBe("watch.unique");
    }

    [Fact]
    public void Verdict_RevisionInTwoResponses_BreaksAtomic()
    {
        var watch = Watch(new WatchRequest(KeyRange.All, StartRevision: 2));
        Receive(watch, putA2);
        Receive(watch, putB2);
        Broken().ShouldBe("watch.atomic");
    }

    [Fact]
    public void Verdict_RevisionInFragments_IsAllowed()
    {
        var watch = Watch(new WatchRequest(KeyRange.All, StartRevision: 2));
        watch.Received(new WatchResponse(TimeSpan.Zero, [putA2], IsFragment: true));
        Receive(watch, putB2);
        checker.Verdict(log).ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_StartSkipped_BreaksResumable()
    {
        Receive(Watch(new WatchRequest(KeyRange.All, StartRevision: 2)), putA3, putB4);
        Broken().ShouldBe("watch.resumable");
    }

    [Fact]
    public void Verdict_ProgressAheadOfAnEventThatComes_BreaksBookmarkable()
    {
        var watch = Watch(new WatchRequest(new KeyRange("a"), StartRevision: 3));
        Receive(watch, putA3);
        Progress(watch, 5);
        Receive(watch, deleteA5);
        checker.Verdict(log).Select(violation => violation.Checker).Distinct().ShouldBe(["watch.bookmarkable"]);
    }

    [Fact]
    public void Verdict_ProgressAheadOfAnEventThatNeverComes_BreaksBookmarkable()
    {
        var watch = Watch(new WatchRequest(new KeyRange("a"), StartRevision: 3));
        Receive(watch, putA3);
        Progress(watch, 5);
        Broken().ShouldBe("watch.bookmarkable");
    }

    [Fact]
    public void Verdict_BookmarkWithTheEventsItCovers_IsAllowed()
    {
        var watch = Watch(new WatchRequest(KeyRange.All, StartRevision: 3));
        watch.Received(new WatchResponse(TimeSpan.Zero, [putA3, putB4], Bookmark: 4));
        checker.Verdict(log).ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_EventLeftOut_BreaksReliable()
    {
        Receive(Watch(new WatchRequest(KeyRange.All, StartRevision: 2)), putA2, putB2, putB4);
        Broken().ShouldBe("watch.reliable");
    }

    [Fact]
    public void Verdict_HalfOfARevision_BreaksReliable()
    {
        Receive(Watch(new WatchRequest(KeyRange.All, StartRevision: 2)), putB2, putA3);
        Broken().ShouldBe("watch.reliable");
    }

    [Fact]
    public void Verdict_OtherNumbersThanTheLog_BreaksFaithful()
    {
        var asCreated = new WatchedEvent(StoreEvent.Put(a3 with { CreateRevision = 3, Version = 1 }));
        Receive(Watch(new WatchRequest(KeyRange.All, StartRevision: 3)), asCreated);
        Broken().ShouldBe("watch.faithful");
    }

    [Fact]
    public void Verdict_EventOfTheFuture_BreaksFaithful()
    {
        Receive(Watch(new WatchRequest(KeyRange.All, StartRevision: 6)), new WatchedEvent(StoreEvent.Delete("b", 6)));
        Broken().ShouldBe("watch.faithful");
    }

    [Fact]
    public void Verdict_PreviousOfAnotherRevision_BreaksPrevious()
    {
        var watch = Watch(new WatchRequest(new KeyRange("a"), StartRevision: 3, WithPrevious: true));
        Receive(watch, putA3 with { Previous = a2 }, deleteA5 with { Previous = a2 });
        Broken().ShouldBe("watch.prev_kv");
    }

    [Fact]
    public void Verdict_PreviousMissing_BreaksPreviousUnlessItWasCompacted()
    {
        Receive(Watch(new WatchRequest(new KeyRange("a"), StartRevision: 3, WithPrevious: true)), putA3);
        Broken().ShouldBe("watch.prev_kv");
        checker.ObserveCompaction(3);
        checker.Verdict(log).ShouldBeEmpty();
    }

    [Fact]
    public void Verdict_PreviousThatNobodyAskedFor_BreaksPrevious()
    {
        Receive(Watch(new WatchRequest(new KeyRange("a"), StartRevision: 3)), putA3 with { Previous = a2 });
        Broken().ShouldBe("watch.prev_kv");
    }

    [Fact]
    public void Behind_OpenWatchWithoutTheEnd_IsFound()
    {
        var watch = Watch(new WatchRequest(KeyRange.All, StartRevision: 2));
        Receive(watch, putA2, putB2);
        checker.Verdict(log).ShouldBeEmpty();
        checker.Behind(log, 5, TimeSpan.Zero).ShouldHaveSingleItem().Checker.ShouldBe("watch.behind");
        watch.Ended();
        checker.Behind(log, 5, TimeSpan.Zero).ShouldBeEmpty();
    }

    private WatchHistory Watch(WatchRequest request) => checker.Observe("watch", request);

    private static void Receive(WatchHistory watch, params WatchedEvent[] events) =>
        watch.Received(new WatchResponse(TimeSpan.Zero, events));

    private static void Progress(WatchHistory watch, long revision) =>
        watch.Received(new WatchResponse(TimeSpan.Zero, [], revision));

    private string Broken() => checker.Verdict(log).ShouldHaveSingleItem().Checker;
}
