using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Ranges: forms, limits, orders, bounds, revisions.</summary>
public abstract class RangeConformance(IServer server)
{
    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public Task Range_WithoutKey_IsRefused() => api.RangeAsync(new RangeRequest())
        .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: key is not provided");

    [ConformanceFact]
    public async Task Range_OneKey_FindsThatOnly()
    {
        await FillAsync("r/one/", "a", "ab");

        (await KeysAsync(NewRange("r/one/a"))).ShouldBe(["r/one/a"]);
    }

    [ConformanceFact]
    public async Task Range_Interval_LeavesItsEndOut()
    {
        await FillAsync("r/int/", "a", "b", "c");

        (await KeysAsync(new RangeRequest { Key = Bytes("r/int/a"), RangeEnd = Bytes("r/int/c") }))
            .ShouldBe(["r/int/a", "r/int/b"]);
    }

    [ConformanceFact]
    public async Task Range_EndAtOrBelowKey_IsEmpty()
    {
        await FillAsync("r/inv/", "a", "b");

        (await KeysAsync(new RangeRequest { Key = Bytes("r/inv/b"), RangeEnd = Bytes("r/inv/a") })).ShouldBeEmpty();
        (await KeysAsync(new RangeRequest { Key = Bytes("r/inv/a"), RangeEnd = Bytes("r/inv/a") })).ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task Range_EndZero_IsEveryKeyFromTheFirst()
    {
        await FillAsync("~r/from/", "a", "b");

        (await KeysAsync(new RangeRequest { Key = Bytes("~r/from/b"), RangeEnd = Bytes("\0") }))
            .ShouldContain("~r/from/b");
        (await KeysAsync(new RangeRequest { Key = Bytes("~r/from/b"), RangeEnd = Bytes("\0") }))
            .ShouldNotContain("~r/from/a");
    }

    [ConformanceFact]
    public async Task Range_Limit_CutsAndSaysSo()
    {
        await FillAsync("r/lim/", "a", "b", "c");
        var request = NewPrefix("r/lim/");
        request.Limit = 2;

        var cut = await api.RangeAsync(request);
        request.Limit = 3;
        var whole = await api.RangeAsync(request);

        cut.Kvs.Count.ShouldBe(2);
        cut.More.ShouldBeTrue();
        cut.Count.ShouldBe(3);
        whole.More.ShouldBeFalse();
    }

    [ConformanceFact]
    public async Task Range_NegativeLimit_IsNone()
    {
        await FillAsync("r/neg/", "a", "b");
        var request = NewPrefix("r/neg/");
        request.Limit = -1;

        (await api.RangeAsync(request)).Kvs.Count.ShouldBe(2);
    }

    [ConformanceFact]
    public async Task Range_CountOnly_ReturnsNoKeys()
    {
        await FillAsync("r/cnt/", "a", "b", "c");
        var request = NewPrefix("r/cnt/");
        request.CountOnly = true;
        request.Limit = 1;

        var range = await api.RangeAsync(request);

        range.Count.ShouldBe(3);
        range.Kvs.ShouldBeEmpty();
        range.More.ShouldBeFalse();
    }

    [ConformanceFact]
    public async Task Range_KeysOnly_LeavesValuesOut()
    {
        await FillAsync("r/ko/", "a");
        var request = NewPrefix("r/ko/");
        request.KeysOnly = true;

        var kv = (await api.RangeAsync(request)).Kvs.Single();

        kv.Value.IsEmpty.ShouldBeTrue();
        kv.Version.ShouldBe(1);
    }

    [ConformanceFact]
    public async Task Range_Descending_CutsAfterSorting()
    {
        await FillAsync("r/desc/", "a", "b", "c");
        var request = NewPrefix("r/desc/");
        request.SortOrder = RangeRequest.Types.SortOrder.Descend;
        request.Limit = 2;

        (await KeysAsync(request)).ShouldBe(["r/desc/c", "r/desc/b"]);
    }

    [ConformanceFact]
    public async Task Range_SortedByEachTarget_IsInThatOrder()
    {
        await FillAsync("r/sort/", "b", "c", "a");
        await api.PutAsync("r/sort/c", "0");
        await api.PutAsync("r/sort/c", "0");
        await api.PutAsync("r/sort/b", "1");

        (await SortedAsync(RangeRequest.Types.SortTarget.Create)).ShouldBe(["r/sort/b", "r/sort/c", "r/sort/a"]);
        (await SortedAsync(RangeRequest.Types.SortTarget.Mod)).ShouldBe(["r/sort/a", "r/sort/c", "r/sort/b"]);
        (await SortedAsync(RangeRequest.Types.SortTarget.Version)).ShouldBe(["r/sort/a", "r/sort/b", "r/sort/c"]);
        (await SortedAsync(RangeRequest.Types.SortTarget.Value)).ShouldBe(["r/sort/c", "r/sort/b", "r/sort/a"]);
    }

    [ConformanceFact]
    public async Task Range_TargetWithoutOrder_SortsTheFirstKeysAscending()
    {
        await FillAsync("r/none/", "c", "b", "a");
        var request = NewPrefix("r/none/");
        request.SortTarget = RangeRequest.Types.SortTarget.Create;

        (await KeysAsync(request)).ShouldBe(["r/none/c", "r/none/b", "r/none/a"]);
        request.Limit = 1;
        (await KeysAsync(request)).ShouldBe(["r/none/b"], "the limit and one more are fetched, and then sorted");
    }

    [ConformanceFact]
    public async Task Range_RevisionBounds_FilterButDoNotCount()
    {
        await api.PutAsync("r/bound/a", "1");
        var second = await api.PutAsync("r/bound/b", "1");
        var third = await api.PutAsync("r/bound/c", "1");
        var fourth = await api.PutAsync("r/bound/b", "2");

        (await BoundedAsync(request => request.MinModRevision = third)).ShouldBe(["r/bound/b", "r/bound/c"]);
        (await BoundedAsync(request => request.MaxModRevision = third)).ShouldBe(["r/bound/a", "r/bound/c"]);
        (await BoundedAsync(request => request.MinCreateRevision = third)).ShouldBe(["r/bound/c"]);
        (await BoundedAsync(request => request.MaxCreateRevision = second)).ShouldBe(["r/bound/a", "r/bound/b"]);
        var none = NewPrefix("r/bound/");
        none.MinModRevision = fourth + 1;
        none.Limit = 1;
        var range = await api.RangeAsync(none);
        range.Count.ShouldBe(3);
        range.Kvs.ShouldBeEmpty();
        range.More.ShouldBeFalse();
    }

    [ConformanceFact]
    public async Task Range_OldRevision_IsReadUnderTheCurrentHeader()
    {
        var first = await api.PutAsync("r/old/a", "1");
        await api.PutAsync("r/old/b", "1");
        var deleted = (await api.DeleteAsync(NewDelete("r/old/a"))).Header.Revision;
        var request = NewPrefix("r/old/");
        request.Revision = first;

        var range = await api.RangeAsync(request);

        range.Kvs.Select(kv => kv.Key.ToStringUtf8()).ShouldBe(["r/old/a"]);
        range.Count.ShouldBe(1);
        range.Header.Revision.ShouldBe(deleted);
    }

    [ConformanceFact]
    public async Task Range_FutureRevision_IsRefused()
    {
        var revision = await api.RevisionAsync();

        await api.RangeAsync(new RangeRequest { Key = Bytes("r/x"), Revision = revision + 1 }).ShouldBeRefusedAsync(
            RpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");
    }

    [ConformanceFact]
    public async Task Range_ThousandsOfKeys_ArePagedInOrder()
    {
        for (var chunk = 0; chunk < 20; chunk++)
        {
            var txn = new TxnRequest();
            for (var key = 0; key < 100; key++)
                txn.Success.Add(Op(NewPut($"r/page/{(key * 20) + chunk:D5}", "")));
            await api.TxnAsync(txn);
        }
        var pages = new List<string>();
        var request = NewPrefix("r/page/");
        request.Limit = 300;
        bool more;
        do
        {
            var page = await api.RangeAsync(request);
            pages.AddRange(page.Kvs.Select(kv => kv.Key.ToStringUtf8()));
            request.Key = Bytes(pages[^1] + "\0");
            more = page.More;
        }
        while (more);

        pages.ShouldBe(Enumerable.Range(0, 2000).Select(key => $"r/page/{key:D5}"));
    }

    private async Task FillAsync(string prefix, params string[] names)
    {
        foreach (var name in names)
            await api.PutAsync(prefix + name, "5");
    }

    private async Task<IEnumerable<string>> KeysAsync(RangeRequest request) =>
        (await api.RangeAsync(request)).Kvs.Select(kv => kv.Key.ToStringUtf8()).ToList();

    private Task<IEnumerable<string>> SortedAsync(RangeRequest.Types.SortTarget target)
    {
        var request = NewPrefix("r/sort/");
        request.SortTarget = target;
        request.SortOrder = RangeRequest.Types.SortOrder.Ascend;
        return KeysAsync(request);
    }

    private Task<IEnumerable<string>> BoundedAsync(Action<RangeRequest> bound)
    {
        var request = NewPrefix("r/bound/");
        bound(request);
        return KeysAsync(request);
    }
}
