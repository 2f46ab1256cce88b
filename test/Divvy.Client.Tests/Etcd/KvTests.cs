using Divvy.Client.Etcd;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

public sealed class KvTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private readonly string prefix = NewPrefix();

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task PutAsync_TwiceTheSameKey_CountsVersionsAndRevisions(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);

        var first = await client.PutAsync($"{prefix}/a", Bytes("1"));
        var second = await client.PutAsync($"{prefix}/a", Bytes("2"));

        second.ShouldBe(first + 1);
        var kv = (await client.GetAsync(EtcdRange.Key($"{prefix}/a"))).First.ShouldNotBeNull();
        (kv.Text, kv.CreateRevision, kv.ModRevision, kv.Version, kv.Lease).ShouldBe(("2", first, second, 2, 0));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task GetAsync_MissingKey_IsEmptyAtTheCurrentRevision(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var revision = await client.PutAsync($"{prefix}/a", Bytes("1"));

        var result = await client.GetAsync(EtcdRange.Key($"{prefix}/missing"));

        result.First.ShouldBeNull();
        result.Revision.ShouldBe(revision);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task GetAsync_Ranges_SelectByPrefixStartAndInterval(StoreKind kind)
    {
        var client = await FilledAsync(kind);

        (await KeysAsync(client, EtcdRange.Prefix($"{prefix}/b"))).ShouldBe(["b", "b1"]);
        (await KeysAsync(client, EtcdRange.Between($"{prefix}/a", $"{prefix}/b1"))).ShouldBe(["a", "b"]);
        (await KeysAsync(client, EtcdRange.From($"{prefix}/b1"))).Take(2).ShouldBe(["b1", "c"]);
        (await KeysAsync(client, EtcdRange.All)).ShouldContain("a");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task GetAsync_WithLimit_SaysThereIsMore(StoreKind kind)
    {
        var client = await FilledAsync(kind);

        var result = await client.GetAsync(EtcdRange.Prefix(prefix), new GetOptions { Limit = 2 });

        (result.Items.Count, result.More, result.Count).ShouldBe((2, true, 4));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task GetAsync_SortedByModRevisionDescending_NewestFirst(StoreKind kind)
    {
        var client = await FilledAsync(kind);
        await client.PutAsync($"{prefix}/b", Bytes("newest"));
        var newestFirst = new GetOptions { SortBy = EtcdSort.ModRevision, Descending = true };

        (await KeysAsync(client, EtcdRange.Prefix(prefix), newestFirst)).ShouldBe(["b", "c", "b1", "a"]);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task GetAsync_KeysOnlyAndCountOnly_LeaveTheRestOut(StoreKind kind)
    {
        var client = await FilledAsync(kind);

        var keys = await client.GetAsync(EtcdRange.Prefix(prefix), new GetOptions { KeysOnly = true });
        var count = await client.GetAsync(EtcdRange.Prefix(prefix), new GetOptions { CountOnly = true });

        keys.Items.ShouldAllBe(kv => kv.Value.Length == 0 && kv.ModRevision > 0);
        (count.Items.Count, count.Count).ShouldBe((0, 4));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task GetAsync_AtAnOldRevision_ShowsTheOldValue(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var old = await client.PutAsync($"{prefix}/a", Bytes("old"));
        var current = await client.PutAsync($"{prefix}/a", Bytes("new"));

        var result = await client.GetAsync(EtcdRange.Key($"{prefix}/a"), new GetOptions { Revision = old });

        (result.First!.Text, result.Revision).ShouldBe(("old", current));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task GetAsync_BelowTheCompaction_ThrowsWithAHint(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var old = await client.PutAsync($"{prefix}/a", Bytes("old"));
        await client.PutAsync($"{prefix}/a", Bytes("new"));
        var current = await client.PutAsync($"{prefix}/a", Bytes("newer"));
        await client.CompactAsync(current, physical: true);

        var failure = await Should.ThrowAsync<EtcdException>(
            client.GetAsync(EtcdRange.Key($"{prefix}/a"), new GetOptions { Revision = old }));

        failure.Code.ShouldBe(Divvy.Rpc.RpcStatusCode.OutOfRange);
        failure.Detail.ShouldBe("etcdserver: mvcc: required revision has been compacted");
        failure.Hint.ShouldContain("read the range anew");
        failure.OutcomeUnknown.ShouldBeFalse();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task DeleteAsync_Prefix_ReturnsWhatWasThere(StoreKind kind)
    {
        var client = await FilledAsync(kind);

        var result = await client.DeleteAsync(EtcdRange.Prefix($"{prefix}/b"), previous: true);

        result.Deleted.ShouldBe(2);
        result.Previous.Select(kv => kv.Text).ShouldBe(["b", "b1"]);
        (await KeysAsync(client, EtcdRange.Prefix(prefix))).ShouldBe(["a", "c"]);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task PutAsync_CallerReusesItsBuffer_StoreKeepsTheValue(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        byte[] buffer = [1, 0, 255];

        var put = client.PutAsync($"{prefix}/binary", buffer);
        buffer[0] = 9;
        await put;

        var kv = (await client.GetAsync(EtcdRange.Key($"{prefix}/binary"))).First!;
        kv.Value.ToArray().ShouldBe(new byte[] { 1, 0, 255 });
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task StatusAsync_OfAMember_ShowsItAndWhetherItLeads(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var revision = await client.PutAsync($"{prefix}/a", Bytes("1"));

        var status = await client.StatusAsync(client.Endpoints[0]);
        if (client.Endpoints.Count == 1)
            status.Revision.ShouldBe(revision, "others may not have applied it yet");

        var others = await Task.WhenAll(client.Endpoints.Skip(1).Select(other => client.StatusAsync(other)));
        others.Append(status).Count(member => member.IsLeader).ShouldBe(1);
        status.Endpoint.ShouldBe(client.Endpoints[0]);
        status.Version.ShouldStartWith("3.");
        (await client.MembersAsync()).Select(member => member.Id)
            .ShouldBe(others.Append(status).Select(member => member.MemberId), ignoreOrder: true);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task StatusAsync_OfAForeignEndpoint_NamesTheKnownOnes(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);

        var failure = await Should.ThrowAsync<ArgumentException>(client.StatusAsync("http://elsewhere:1"));

        failure.Message.ShouldContain(client.Endpoints[0]);
    }

    private async Task<IEtcdClient> FilledAsync(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        foreach (var key in (string[])["a", "b", "b1", "c"])
            await client.PutAsync($"{prefix}/{key}", Bytes(key));
        return client;
    }

    private async Task<IEnumerable<string>> KeysAsync(
        IEtcdClient client, EtcdRange range, GetOptions? options = null) =>
        (await client.GetAsync(range, options)).Items.Select(kv => kv.Key.Replace($"{prefix}/", ""));
}
