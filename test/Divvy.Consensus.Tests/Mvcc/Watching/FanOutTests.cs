using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc.Watching;

public sealed class FanOutTests
{
    private readonly Driver driver = new();
    private readonly WatchHub hub;

    public FanOutTests() => hub = new WatchHub(driver.Store, new WatchLimits { MaxQueuedMessages = 4 });

    [Fact]
    public void Publish_WatchersThatWantTheSame_ShareOneList()
    {
        Publish("k", "old");
        var plain = Enumerable.Range(0, 100).Select(_ => Watch(new WatchSpec(Single("k")))).ToList();
        var withPrevious = Enumerable.Range(0, 2)
            .Select(_ => Watch(new WatchSpec(Single("k")) { PreviousRecords = true })).ToList();
        var deletes = Watch(new WatchSpec(Single("k")) { NoPuts = true });

        Publish("k", "new");

        var lists = plain.Select(Events).ToList();
        lists.ShouldAllBe(list => ReferenceEquals(list, lists[0]));
        lists[0]!.Single().Previous.ShouldBeNull();
        Text(Events(withPrevious[0])!.Single().Previous!.Value).ShouldBe("old");
        Events(withPrevious[1]).ShouldNotBeNull();
        Events(deletes).ShouldBeNull("it was a put");
    }

    [Fact]
    public void Publish_SomeStreamsFull_TellsTheOthersOnce()
    {
        var streams = Enumerable.Range(0, 10).Select(_ => Watch(new WatchSpec(Single("k")))).ToList();
        for (var put = 0; put < 20; put++)
        {
            Publish("k", $"{put}");
            for (var reader = 0; reader < streams.Count; reader += 2)
                Events(streams[reader]).ShouldNotBeNull().Count.ShouldBe(1);
        }

        hub.UnsyncedCount.ShouldBe(5);
        for (var reader = 1; reader < streams.Count; reader += 2)
            Revisions(streams[reader]).ShouldBe(Enumerable.Range(2, 20).Select(revision => (long)revision));
        hub.UnsyncedCount.ShouldBe(0);
    }

    [Fact]
    public void Publish_CalledTwiceOrLeftOut_NeitherRepeatsNorLosesSilently()
    {
        var stream = Watch(new WatchSpec(Single("k")));
        Publish("k", "1");
        hub.Publish();
        Revisions(stream).ShouldBe([2]);

        driver.Put("k", "2");
        driver.Put("k", "3");
        Should.Throw<InvalidOperationException>(hub.Publish);
    }

    [Fact]
    public void Resume_StoreFurtherOn_TellsWhatIsNewAndNothingTwice()
    {
        var synced = Watch(new WatchSpec(Prefix("k")));
        var ahead = Watch(new WatchSpec(Prefix("k")) { StartRevision = 5 });
        Publish("k", "2");
        var further = new Driver { Store = Copy(driver.Store) };
        foreach (var value in new[] { "3", "4", "5", "6" })
            further.Put("k", value);

        hub.Resume(Copy(further.Store));

        Revisions(synced).ShouldBe([2, 3, 4, 5, 6]);
        Revisions(ahead).ShouldBe([5, 6]);
        hub.UnsyncedCount.ShouldBe(0);
        Should.Throw<ArgumentException>(() => hub.Resume(driver.Store));
    }

    [Fact]
    public void Resume_StoreCompactedBeyond_SaysSo()
    {
        var stream = Watch(new WatchSpec(Prefix("k")));
        var further = new Driver { Store = Copy(driver.Store) };
        foreach (var value in new[] { "2", "3", "4" })
            further.Put("k", value);
        further.Compact(4);

        hub.Resume(Copy(further.Store));

        Take(stream).Single().ShouldBeOfType<WatchCompacted>().CompactedRevision.ShouldBe(4);
    }

    private static KeyRange Single(string key) => KeyRange.Single(Bytes(key));

    private WatchStream Watch(WatchSpec spec)
    {
        var stream = hub.OpenStream(TimeSpan.Zero);
        stream.Create(spec);
        Take(stream);
        return stream;
    }

    private void Publish(string key, string value)
    {
        driver.Put(key, value);
        hub.Publish();
    }

    private static EventList? Events(WatchStream stream) =>
        Take(stream).OfType<WatchEvents>().SingleOrDefault()?.Events;

    private static IEnumerable<long> Revisions(WatchStream stream) => Take(stream).OfType<WatchEvents>()
        .SelectMany(message => message.Events).Select(change => change.Record.ModRevision);

    private static List<WatchMessage> Take(WatchStream stream)
    {
        var messages = new List<WatchMessage>();
        while (stream.Take(messages, 10))
        {
        }
        return messages;
    }
}
