using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>Mistakes that etcd made and repaired, each with the number it has there. A member may be in any of three
/// states when it matters: behind with the physical work of a compaction, done with it, or read back from a
/// snapshot.</summary>
public sealed class EtcdLessonsTests
{
    public static TheoryData<string> States => ["behind", "done", "read back"];

    /// <summary>etcd 18089 and 19179: the deletion at the compacted revision itself was lost to watchers that began
    /// there, after a compaction or a restart.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Watch_FromTheCompactedRevision_HearsTheDeletionMadeThere(string state)
    {
        var driver = new Driver();
        driver.Put("k", "1");
        driver.Put("other", "1");
        var deletion = driver.Delete("k");
        driver.Put("other", "2");
        Compact(driver, deletion, state);

        var heard = Watch(driver, deletion);

        heard.Select(change => (Text(change.Record.Key), change.Record.IsTombstone, change.Record.ModRevision))
            .ShouldBe([("k", true, deletion), ("other", false, deletion + 1)]);
    }

    /// <summary>The same where the revision has several changes, some of which no read can see.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Watch_FromACompactedTransaction_HearsAllOfIt(string state)
    {
        var driver = new Driver();
        driver.Put("a", "1");
        driver.Put("b", "1");
        var revision = driver.Apply(new TxnOperation(
            [], [new DeleteRangeOperation(Prefix("a")), new PutOperation(Bytes("b"), Bytes("2"))], [])).Revision;
        driver.Put("b", "3");
        Compact(driver, revision, state);

        Watch(driver, revision).Select(change => (Text(change.Record.Key), change.Record.IsTombstone))
            .ShouldBe([("a", true), ("b", false), ("b", false)]);
    }

    /// <summary>etcd 18667: a transaction with a range at a compacted revision was applied by some members and refused
    /// by others, depending on what they had done before.</summary>
    [Fact]
    public void Txn_RangeAtACompactedRevision_IsRefusedAlikeByAllMembers()
    {
        var members = ((string[])["behind", "done", "read back"]).Select(state =>
        {
            var driver = new Driver();
            for (var put = 0; put < 10; put++)
                driver.Put("k", $"{put}");
            Compact(driver, 8, state);
            return driver;
        }).ToList();
        // A reader in progress holds the work back on one member only.
        members[0].Store.Begin(new RangeOperation(KeyRange.From(new byte[1])) { Revision = 9 }, 1);
        foreach (var revision in new[] { 7L, 8, 50 })
        {
            var txn = new TxnOperation(
                [],
                [
                    new PutOperation(Bytes("k"), Bytes("x")),
                    new RangeOperation(KeyRange.Single(Bytes("k"))) { Revision = revision },
                ],
                []);

            var answers = members.Select(member => Transcript.Show(member.Apply(txn))).ToList();

            answers.Distinct().Count().ShouldBe(1);
            answers[0].ShouldStartWith(revision switch { 7 => "Compacted", 8 => "Ok", _ => "FutureRevision" });
        }
        members.Select(member => Finish(member.Store.BeginHash())).Distinct().Count().ShouldBe(1);
    }

    /// <summary>etcd 15220 and 20221: progress said a revision whose events the client had yet to hear, or that lay
    /// before the start it had asked for.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Progress_WheneverItComes_IsNotAheadOfEvents(int seed)
    {
        var dice = new Random(seed);
        var driver = new Driver();
        var limits = new WatchLimits { MaxQueuedMessages = 3, ProgressInterval = TimeSpan.FromSeconds(1) };
        var hub = new WatchHub(driver.Store, limits);
        var stream = hub.OpenStream(TimeSpan.Zero);
        var starts = new Dictionary<long, long>();
        var heard = new SortedDictionary<long, long>();
        var messages = new List<WatchMessage>();
        var progress = 0;
        for (var step = 0; step < 2000; step++)
        {
            if (step % 400 == 0)
            {
                var start = driver.Store.Revision + dice.Next(-20, 20);
                stream.Create(new WatchSpec(Prefix("k")) { StartRevision = Math.Max(2, start), ProgressNotify = true });
                starts.Add(starts.Count, Math.Max(2, start));
            }
            if (dice.Next(2) == 0)
                driver.Put("k", $"{step}");
            hub.Publish();
            if (dice.Next(5) == 0)
                stream.RequestProgress();
            hub.Poll(TimeSpan.FromSeconds(step));
            stream.Take(messages, dice.Next(3));
            foreach (var message in messages)
                progress += Check(message);
            messages.Clear();
        }
        progress.ShouldBeGreaterThan(10);

        int Check(WatchMessage message)
        {
            if (message is WatchCreated)
                heard[message.WatchId] = starts[message.WatchId] - 1;
            if (message is WatchEvents events)
            {
                events.Events[0].Record.ModRevision.ShouldBe(heard[message.WatchId] + 1);
                heard[message.WatchId] = events.Events[^1].Record.ModRevision;
            }
            if (message is not WatchProgress)
                return 0;
            // Every revision changes the key, so what was heard and what is said must meet.
            var isForAll = message.WatchId == WatchProgress.AllWatches;
            foreach (var (id, last) in heard.Where(watch => isForAll || watch.Key == message.WatchId))
                last.ShouldBe(message.Revision, $"watch {id}");
            return 1;
        }
    }

    /// <summary>etcd 17780: a compaction that took the newest records with it let a restarted member take an older
    /// revision for its own.</summary>
    [Theory]
    [MemberData(nameof(States))]
    public void Compact_EverythingDeleted_KeepsTheRevision(string state)
    {
        var driver = new Driver();
        driver.Put("k", "1");
        driver.Put("k", "2");
        var deletion = driver.Delete("k");
        Compact(driver, deletion, state);

        driver.Store.Revision.ShouldBe(deletion);
        driver.Store.CompactedRevision.ShouldBe(deletion);
        driver.Put("k", "3").ShouldBe(deletion + 1);
        driver.Apply(new CompactCommand(deletion)).Outcome.ShouldBe(MvccOutcome.Compacted);
    }

    /// <summary>etcd 15271: events were heard again after a member got a snapshot.</summary>
    [Fact]
    public void Watch_MemberGetsASnapshot_HearsNothingTwice()
    {
        var leader = new Driver();
        var follower = new Driver();
        var hub = new WatchHub(follower.Store, new WatchLimits());
        var stream = hub.OpenStream(TimeSpan.Zero);
        stream.Create(new WatchSpec(Prefix("k")));
        for (var put = 0; put < 20; put++)
        {
            leader.Put("k", $"{put}");
            if (put > 10)
                continue;
            follower.Put("k", $"{put}");
            hub.Publish();
        }

        hub.Resume(Copy(leader.Store));

        Take(stream).Select(change => change.Record.ModRevision)
            .ShouldBe(Enumerable.Range(2, 20).Select(revision => (long)revision));
    }

    private static void Compact(Driver driver, long revision, string state)
    {
        driver.Apply(new CompactCommand(revision)).Outcome.ShouldBe(MvccOutcome.Ok);
        while (state != "behind" && driver.Store.CompactStep(1))
        {
        }
        if (state == "read back")
            driver.Store = Copy(driver.Store);
    }

    private static List<WatchEvent> Watch(Driver driver, long start)
    {
        var stream = new WatchHub(driver.Store, new WatchLimits()).OpenStream(TimeSpan.Zero);
        stream.Create(new WatchSpec(KeyRange.From(new byte[1])) { StartRevision = start });
        return Take(stream);
    }

    private static List<WatchEvent> Take(WatchStream stream)
    {
        var messages = new List<WatchMessage>();
        while (stream.Take(messages, 100))
        {
        }
        return [.. messages.OfType<WatchEvents>().SelectMany(message => message.Events)];
    }
}
