using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc.Watching;

/// <summary>Whatever the limits, the starts and the pace of the readers: each watcher hears what the log says, in
/// order, once, with revisions whole.</summary>
public sealed class WatchPropertyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Streams_AtRandomPace_HearTheLogExactly(int seed)
    {
        var dice = new Random(seed);
        var driver = new Driver();
        var hub = new WatchHub(driver.Store, new WatchLimits
        {
            MaxQueuedMessages = dice.Next(1, 8),
            MaxQueuedBytes = dice.Next(200, 3000),
            MaxRevisionsPerMessage = dice.Next(1, 6),
            MaxCatchUpRecords = dice.Next(1, 30),
        });
        var log = new List<(long Revision, string Key, bool Deleted)>();
        var readers = new List<Reader>();
        for (var step = 0; step < 3000; step++)
        {
            if (dice.Next(100) < 2 && readers.Count < 20)
                readers.Add(new Reader(hub, dice, driver.Store.Revision));
            if (dice.Next(100) < 60)
                Write(driver, hub, dice, log);
            else if (readers.Count > 0)
                readers[dice.Next(readers.Count)].Take(dice.Next(1, 5));
        }

        readers.ShouldNotBeEmpty();
        foreach (var reader in readers)
        {
            reader.TakeAll();
            reader.Heard.ShouldBe(log.Where(reader.Wants));
            reader.CheckRevisionsWhole();
        }
        hub.UnsyncedCount.ShouldBe(0);
    }

    private static void Write(Driver driver, WatchHub hub, Random dice, List<(long, string, bool)> log)
    {
        var operations = new List<MvccOperation>();
        foreach (var number in Enumerable.Range(0, dice.Next(1, 4)).Select(_ => dice.Next(8)).Distinct())
        {
            operations.Add(dice.Next(4) == 0
                ? new DeleteRangeOperation(KeyRange.Single(Bytes($"k{number}")))
                : new PutOperation(Bytes($"k{number}"), Bytes(new string('x', dice.Next(60)))));
        }
        driver.Apply(new TxnOperation([], operations, []));
        foreach (var change in driver.Store.LastChanges)
            log.Add((change.ModRevision, Text(change.Key), change.IsTombstone));
        hub.Publish();
    }

    private sealed class Reader
    {
        private readonly WatchStream stream;
        private readonly WatchSpec spec;
        private readonly long from;
        private readonly List<WatchMessage> messages = [];

        public Reader(WatchHub hub, Random dice, long revision)
        {
            stream = hub.OpenStream(TimeSpan.Zero);
            from = Math.Max(2, revision + dice.Next(-50, 10));
            var range = dice.Next(3) switch
            {
                0 => KeyRange.Single(Bytes($"k{dice.Next(8)}")),
                1 => KeyRange.Interval(Bytes("k2"), Bytes("k6")),
                _ => KeyRange.From(Bytes("k")),
            };
            spec = new WatchSpec(range) { StartRevision = from, NoDeletes = dice.Next(3) == 0 };
            stream.Create(spec);
        }

        public IEnumerable<(long Revision, string Key, bool Deleted)> Heard => messages.OfType<WatchEvents>()
            .SelectMany(message => message.Events)
            .Select(change => (change.Record.ModRevision, Text(change.Record.Key), change.Record.IsTombstone));

        public bool Wants((long Revision, string Key, bool Deleted) change) =>
            change.Revision >= from && spec.Keys.Contains(Bytes(change.Key).Span) && !(change.Deleted && spec.NoDeletes);

        public void Take(int limit) => stream.Take(messages, limit);

        public void TakeAll()
        {
            while (stream.Take(messages, 10))
            {
            }
        }

        public void CheckRevisionsWhole()
        {
            long last = 0;
            foreach (var message in messages.OfType<WatchEvents>())
            {
                message.Events[0].Record.ModRevision.ShouldBeGreaterThan(last, "a revision came in two messages");
                last = message.Events[^1].Record.ModRevision;
            }
        }
    }
}
