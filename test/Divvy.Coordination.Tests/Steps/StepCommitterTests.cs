using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Tests.Fixtures;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;

namespace Divvy.Coordination.Tests.Steps;

public sealed class StepCommitterTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private const string Space = "ns";

    private static int lastPrefix;

    private readonly StoreLayout layout = new($"/steps{Interlocked.Increment(ref lastPrefix)}");

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task Commit_MoreThanATransactionHolds_CommitsAllInSeveral(StoreKind kind)
    {
        await using var store = await stores.ConnectAsync(kind);
        var owner = await RegisterAsync(store.Client, "a");
        var steps = Enumerable.Range(0, 500).Select(number => Create(number, owner)).ToList();

        var results = await Committer(store.Client).CommitAsync(Space, steps, null, default);

        results.ShouldAllBe(result => result.Verdict == StepVerdict.Committed);
        results.Select(result => result.Revision).Distinct().Count().ShouldBeInRange(4, 8);
        var records = await store.Client.GetAsync(EtcdRange.Prefix(layout.ShardPrefix(Space)));
        records.Count.ShouldBe(500);
        records.Items.ShouldAllBe(record => results.Any(result => result.Revision.Value == record.ModRevision));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Commit_SomeConflict_CommitsExactlyTheOthers(StoreKind kind)
    {
        await using var store = await stores.ConnectAsync(kind);
        var (living, dead) = (await RegisterAsync(store.Client, "a"), await RegisterAsync(store.Client, "b"));
        await store.Client.RevokeAsync(dead.Session.Value);
        await store.Client.PutAsync(layout.Shard(Space, new ShardId("3")), "{}"u8.ToArray());
        var steps = Enumerable.Range(0, 10).Select(number => Create(number, number == 7 ? dead : living)).ToList();

        var results = await Committer(store.Client).CommitAsync(Space, steps, null, default);

        results.Index().Where(entry => entry.Item.Verdict == StepVerdict.Conflict).Select(entry => entry.Index)
            .ShouldBe([3, 7]);
        results.Count(result => result.Verdict == StepVerdict.Committed).ShouldBe(8);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Commit_OwnerThatMustBeGoneLives_IsAConflict(StoreKind kind)
    {
        await using var store = await stores.ConnectAsync(kind);
        var (a, b) = (await RegisterAsync(store.Client, "a"), await RegisterAsync(store.Client, "b"));
        var committer = Committer(store.Client);
        var created = (await committer.CommitAsync(Space, [Create(0, a)], null, default)).Single();
        var shard = new VersionedShard(Create(0, a).Step.Replacement!, created.Revision);
        var takeover = new ShardStep(Handoff.Takeover(shard, b, "test").Step!, shard.Record);

        (await committer.CommitAsync(Space, [takeover], null, default)).Single().Verdict.ShouldBe(StepVerdict.Conflict);
        await store.Client.RevokeAsync(a.Session.Value);
        (await committer.CommitAsync(Space, [takeover], null, default)).Single().Verdict.ShouldBe(StepVerdict.Committed);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Commit_WithAGuardThatIsGone_CommitsNothing(StoreKind kind)
    {
        await using var store = await stores.ConnectAsync(kind);
        var owner = await RegisterAsync(store.Client, "a");
        var guard = new LeaderKey($"{layout.Election(Space)}/1", 4711, 1);

        var results = await Committer(store.Client).CommitAsync(Space, [Create(0, owner), Create(1, owner)], guard, default);

        results.ShouldAllBe(result => result.Verdict == StepVerdict.NotLeader);
        (await store.Client.GetAsync(EtcdRange.Prefix(layout.ShardPrefix(Space)))).Count.ShouldBe(0);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Commit_Steps_LeavesOneEventKeyForEachTransaction(StoreKind kind)
    {
        await using var store = await stores.ConnectAsync(kind);
        var owner = await RegisterAsync(store.Client, "a");

        await Committer(store.Client).CommitAsync(Space, [Create(0, owner), Create(1, owner)], null, default);

        var key = (await store.Client.GetAsync(EtcdRange.Prefix(layout.EventPrefix(Space)))).Items.Single();
        StoreCodec.TryDecode(key.Value.Span, out EventBatch? batch, out var error).ShouldBeTrue(error);
        batch!.Events.Select(entry => (entry.Kind, entry.Shard, entry.To)).ShouldBe(
            [(StepKind.Create, "0", owner.ToString()), (StepKind.Create, "1", owner.ToString())]);
    }

    private StepCommitter Committer(IEtcdClient store) =>
        new(store, layout, TimeProvider.System, new CoordinationOptions { ServerId = "s1" });

    private static ShardStep Create(int number, SessionRef owner) => new(
        Handoff.Create(new ShardId($"{number}"), HashRange.Full, default, owner, "test"), null);

    private async Task<SessionRef> RegisterAsync(IEtcdClient store, string instance)
    {
        var lease = await store.GrantAsync(TimeSpan.FromMinutes(5));
        var session = new SessionRef(new InstanceId(instance), new SessionId(lease.Id));
        var record = new ServiceRecord { Address = $"http://{instance}" };
        await store.PutAsync(layout.Service(Space, session.Instance), StoreCodec.Encode(record), lease.Id);
        return session;
    }
}
