using System.Text;
using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Coordination.Tests.Mirror;

public sealed class SnapshotEditorTests
{
    private static readonly StoreLayout layout = new("/p");
    private static readonly SessionRef a = new(new InstanceId("a"), new SessionId(0x1a));
    private static readonly SessionRef b = new(new InstanceId("b"), new SessionId(0x1b));

    private readonly List<string> unreadable = [];

    private SnapshotEditor Editor => new(layout, (key, _) => unreadable.Add(key));

    [Fact]
    public void Replace_Everything_IsIndexedBySession()
    {
        var update = Editor.Replace(StoreSnapshot.Empty, new Revision(9), [Service(a, 3), Shard("0", a, next: b, 5), Shard("1", b, null, 6)]);

        var space = update.Snapshot.Get("ns");
        space.ShardsOf(a.Session).Select(shard => shard.Value).ShouldBe(["0"]);
        space.ShardsOf(b.Session).Select(shard => shard.Value).ShouldBe(["0", "1"], ignoreOrder: true);
        space.IsLive(a).ShouldBeTrue();
        space.IsLive(b).ShouldBeFalse();
        space.AddressOf(a).ShouldBe("http://a");
        update.Changes.Single().Shards.Length.ShouldBe(2);
    }

    [Fact]
    public void Apply_OwnerChanges_MovesTheIndexAndTellsBothVersions()
    {
        var first = Editor.Replace(StoreSnapshot.Empty, new Revision(5), [Shard("0", a, null, 5)]).Snapshot;

        var update = Editor.Apply(first, new Revision(6), [Put(Shard("0", b, null, 6))]);

        update.Snapshot.Get("ns").ShardsOf(a.Session).ShouldBeEmpty();
        update.Snapshot.Get("ns").ShardsOf(b.Session).Count.ShouldBe(1);
        var change = update.Changes.Single().Shards.Single();
        change.Before!.Value.Record.Owner.ShouldBe(a);
        change.After!.Value.Revision.ShouldBe(new Revision(6));
    }

    [Fact]
    public void Replace_AfterAGap_TellsOnlyWhatIsDifferent()
    {
        var first = Editor.Replace(
            StoreSnapshot.Empty, new Revision(7), [Shard("0", a, null, 5), Shard("1", a, null, 6), Service(a, 3)]).Snapshot;

        var update = Editor.Replace(first, new Revision(20), [Shard("0", a, null, 5), Shard("2", a, null, 12)]);

        var change = update.Changes.Single();
        change.Shards.Select(shard => (shard.Shard.Value, shard.After is null)).ShouldBe([("1", true), ("2", false)]);
        change.Instances.Single().After.ShouldBeNull();
    }

    [Fact]
    public void Apply_UnreadableRecord_IsReportedAndHidesTheShard()
    {
        var first = Editor.Replace(StoreSnapshot.Empty, new Revision(5), [Shard("0", a, null, 5)]).Snapshot;
        var broken = new Kv(layout.Shard("ns", new ShardId("0")), "{"u8.ToArray(), 5, 6, 2, 0);

        var space = Editor.Apply(first, new Revision(6), [Put(broken)]).Snapshot.Get("ns");

        unreadable.ShouldBe([broken.Key]);
        space.Shards.ShouldBeEmpty();
        space.Unreadable.Single().Value.ShouldBe("0");
        space.ShardsOf(a.Session).ShouldBeEmpty();
    }

    [Fact]
    public void Apply_ServiceWithoutLease_IsNotASession()
    {
        var immortal = Service(a, 3) with { Lease = 0 };

        var space = Editor.Apply(StoreSnapshot.Empty, new Revision(3), [Put(immortal)]).Snapshot.Get("ns");

        space.Instances.ShouldBeEmpty();
        unreadable.ShouldBe([immortal.Key]);
    }

    [Fact]
    public void Apply_LastKeyOfANamespaceGone_ForgetsTheNamespace()
    {
        var first = Editor.Replace(StoreSnapshot.Empty, new Revision(5), [Shard("0", a, null, 5)]).Snapshot;
        var gone = new WatchEvent(
            WatchEventType.Delete, new Kv(layout.Shard("ns", new ShardId("0")), default, 0, 6, 0, 0), null);

        Editor.Apply(first, new Revision(6), [gone]).Snapshot.Namespaces.ShouldBeEmpty();
    }

    [Fact]
    public void EventCount_BatchesComeChangeAndGo_IsWhatIsThere()
    {
        var first = Editor.Replace(StoreSnapshot.Empty, new Revision(5), [Events(1, 2, 4), Events(2, 3, 5)]).Snapshot;

        var replaced = Editor.Apply(first, new Revision(6), [Put(Events(2, 1, 6)), Put(Events(3, 4, 6))]).Snapshot;
        var gone = new WatchEvent(WatchEventType.Delete, Events(1, 2, 7), null);
        var trimmed = Editor.Apply(replaced, new Revision(7), [gone, gone]).Snapshot;

        ((StoreSnapshot[])[first, replaced, trimmed]).Select(snapshot => snapshot.Get("ns").EventCount)
            .ShouldBe([5, 7, 5]);
        trimmed.Get("ns").Events.Values.Sum(entry => entry.Batch.Events.Count).ShouldBe(5);
    }

    [Fact]
    public void Leader_OfSeveralCandidates_IsTheOneCreatedFirst()
    {
        Kv Candidate(string lease, string server, long created) => new(
            $"{layout.Election("ns")}/{lease}", Encoding.UTF8.GetBytes($"{{\"server\":\"{server}\"}}"), created, created, 1, 1);

        var space = Editor.Replace(
            StoreSnapshot.Empty, new Revision(9), [Candidate("1", "late", 8), Candidate("2", "early", 4)]).Snapshot.Get("ns");

        space.Leader.ShouldBe("early");
    }

    private static WatchEvent Put(Kv kv) => new(WatchEventType.Put, kv, null);

    private static Kv Events(long sequence, int count, long revision)
    {
        var happened = new ShardEvent { Kind = StepKind.Assign, Shard = "0", Time = DateTimeOffset.UnixEpoch };
        var batch = new EventBatch("server", [.. Enumerable.Repeat(happened, count)]);
        return new Kv(layout.Event("ns", sequence, "server"), StoreCodec.Encode(batch), revision, revision, 1, 0);
    }

    private static Kv Service(SessionRef session, long revision) => new(
        layout.Service("ns", session.Instance),
        StoreCodec.Encode(new ServiceRecord { Address = $"http://{session.Instance}" }),
        revision, revision, 1, session.Session.Value);

    private static Kv Shard(string id, SessionRef owner, SessionRef? next, long revision) => new(
        layout.Shard("ns", new ShardId(id)),
        StoreCodec.Encode(new ShardRecord
        {
            Shard = new ShardId(id),
            Range = HashRange.Full,
            Owner = owner,
            Next = next,
            Phase = next is null ? ShardPhase.Stable : ShardPhase.Preparing,
            Generation = new Generation(1),
        }),
        revision, revision, 1, 0);
}
