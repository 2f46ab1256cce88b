using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Put, DeleteRange, Compact, and what they leave behind.</summary>
public abstract class KvConformance(IServer server)
{
    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task Put_NewKey_RaisesTheRevisionByOne()
    {
        var before = await api.RevisionAsync();

        var put = await api.PutAsync(NewPut("kv/new", "1"));

        put.Header.Revision.ShouldBe(before + 1);
        put.Header.ClusterId.ShouldNotBe(0ul);
        put.Header.MemberId.ShouldNotBe(0ul);
        put.Header.RaftTerm.ShouldNotBe(0ul);
        put.PrevKv.ShouldBeNull();
    }

    [ConformanceFact]
    public async Task Put_Again_KeepsTheCreateRevisionAndCountsVersions()
    {
        var created = await api.PutAsync("kv/again", "1");
        var modified = await api.PutAsync("kv/again", "2");

        var kv = (await api.GetAsync("kv/again"))!;

        kv.CreateRevision.ShouldBe(created);
        kv.ModRevision.ShouldBe(modified);
        kv.Version.ShouldBe(2);
        kv.Value.ToStringUtf8().ShouldBe("2");
    }

    [ConformanceFact]
    public async Task Put_AfterDelete_StartsTheVersionAnew()
    {
        await api.PutAsync("kv/reborn", "1");
        await api.PutAsync("kv/reborn", "2");
        await api.DeleteAsync(NewDelete("kv/reborn"));
        var created = await api.PutAsync("kv/reborn", "3");

        var kv = (await api.GetAsync("kv/reborn"))!;

        kv.Version.ShouldBe(1);
        kv.CreateRevision.ShouldBe(created);
    }

    [ConformanceFact]
    public async Task Put_PrevKv_ReturnsWhatWasThere()
    {
        var first = await api.PutAsync("kv/prev", "1");
        var request = NewPut("kv/prev", "2");
        request.PrevKv = true;

        var put = await api.PutAsync(request);

        put.PrevKv.Value.ToStringUtf8().ShouldBe("1");
        put.PrevKv.ModRevision.ShouldBe(first);
    }

    [ConformanceFact]
    public async Task Put_IgnoreValue_KeepsTheValue()
    {
        await api.PutAsync("kv/ignore", "1");
        await api.PutAsync(new PutRequest { Key = Bytes("kv/ignore"), IgnoreValue = true });

        var kv = (await api.GetAsync("kv/ignore"))!;

        kv.Value.ToStringUtf8().ShouldBe("1");
        kv.Version.ShouldBe(2);
    }

    [ConformanceFact]
    public async Task Put_IgnoreLease_KeepsTheLease()
    {
        var lease = await api.GrantAsync(60);
        await api.PutAsync("kv/ignorelease", "1", lease.ID);
        await api.PutAsync(new PutRequest { Key = Bytes("kv/ignorelease"), Value = Bytes("2"), IgnoreLease = true });

        (await api.GetAsync("kv/ignorelease"))!.Lease.ShouldBe(lease.ID);
    }

    [ConformanceFact]
    public async Task Put_WithoutLease_DetachesTheKey()
    {
        var lease = await api.GrantAsync(60);
        await api.PutAsync("kv/detach", "1", lease.ID);
        await api.PutAsync("kv/detach", "2");

        (await api.GetAsync("kv/detach"))!.Lease.ShouldBe(0);
        var left = await api.CallAsync(
            EtcdMethods.LeaseTimeToLive, new LeaseTimeToLiveRequest { ID = lease.ID, Keys = true });
        left.Keys.ShouldBeEmpty();
    }

    [ConformanceFact]
    public Task Put_WithoutKey_IsRefused() => api.PutAsync(new PutRequest { Value = Bytes("1") })
        .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: key is not provided");

    [ConformanceFact]
    public Task Put_IgnoreValueWithValue_IsRefused() =>
        api.PutAsync(new PutRequest { Key = Bytes("kv/x"), Value = Bytes("1"), IgnoreValue = true })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: value is provided");

    [ConformanceFact]
    public Task Put_IgnoreLeaseWithLease_IsRefused() =>
        api.PutAsync(new PutRequest { Key = Bytes("kv/x"), Lease = 5, IgnoreLease = true })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: lease is provided");

    [ConformanceFact]
    public Task Put_IgnoreValueOfMissingKey_IsRefused() =>
        api.PutAsync(new PutRequest { Key = Bytes("kv/missing"), IgnoreValue = true })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: key not found");

    [ConformanceFact]
    public Task Put_IgnoreValueOfMissingKeyWithMissingLease_ReportsTheLease() =>
        api.PutAsync(new PutRequest { Key = Bytes("kv/missing"), IgnoreValue = true, Lease = 404 })
            .ShouldBeRefusedAsync(RpcStatusCode.NotFound, "etcdserver: requested lease not found");

    [ConformanceFact]
    public Task Put_UnknownLease_IsRefused() => api.PutAsync("kv/x", "1", lease: 404)
        .ShouldBeRefusedAsync(RpcStatusCode.NotFound, "etcdserver: requested lease not found");

    [ConformanceFact]
    public Task Put_TooLarge_IsRefused() => api.PutAsync("kv/large", new string('x', 1536 * 1024))
        .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: request is too large");

    [ConformanceFact]
    public async Task Put_BinaryKeyAndEmptyValue_IsKept()
    {
        var key = Google.Protobuf.ByteString.CopyFrom(0, 255, 0, 10);
        await api.PutAsync(new PutRequest { Key = key });

        var range = await api.RangeAsync(new RangeRequest { Key = key });

        range.Kvs.Single().Key.ShouldBe(key);
        range.Kvs.Single().Value.IsEmpty.ShouldBeTrue();
    }

    [ConformanceFact]
    public async Task DeleteRange_Nothing_LeavesTheRevision()
    {
        var before = await api.RevisionAsync();

        var deleted = await api.DeleteAsync(NewDelete("kv/nothing"));

        deleted.Deleted.ShouldBe(0);
        deleted.Header.Revision.ShouldBe(before);
    }

    [ConformanceFact]
    public async Task DeleteRange_Prefix_DeletesAllInOneRevision()
    {
        await api.PutAsync("kv/del/a", "1");
        var before = await api.PutAsync("kv/del/b", "2");

        var deleted = await api.DeleteAsync(
            new DeleteRangeRequest { Key = Bytes("kv/del/"), RangeEnd = PrefixEnd("kv/del/"), PrevKv = true });

        deleted.Deleted.ShouldBe(2);
        deleted.Header.Revision.ShouldBe(before + 1);
        deleted.PrevKvs.Select(kv => kv.Value.ToStringUtf8()).ShouldBe(["1", "2"]);
        (await api.GetAsync("kv/del/a")).ShouldBeNull();
    }

    [ConformanceFact]
    public async Task DeleteRange_WithoutPrevKv_ReturnsNone()
    {
        await api.PutAsync("kv/delone", "1");

        (await api.DeleteAsync(NewDelete("kv/delone"))).PrevKvs.ShouldBeEmpty();
    }

    [ConformanceFact]
    public Task DeleteRange_WithoutKey_IsRefused() => api.DeleteAsync(new DeleteRangeRequest())
        .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: key is not provided");

    [ConformanceFact]
    public async Task Compact_OldRevision_RefusesReadsBelowItOnly()
    {
        var first = await api.PutAsync("kv/compact", "1");
        var second = await api.PutAsync("kv/compact", "2");
        var third = await api.PutAsync("kv/compact", "3");

        (await api.CompactAsync(second)).Header.Revision.ShouldBe(third);

        (await GetAtAsync("kv/compact", second)).ShouldBe("2");
        (await GetAtAsync("kv/compact", third)).ShouldBe("3");
        await GetAtAsync("kv/compact", first).ShouldBeRefusedAsync(
            RpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");
    }

    [ConformanceFact]
    public async Task Compact_KeyUntouchedSince_KeepsItsNewestRecord()
    {
        await api.PutAsync("kv/keep", "1");
        var revision = await api.PutAsync("kv/other", "1");
        await api.CompactAsync(revision);

        (await api.GetAsync("kv/keep"))!.Value.ToStringUtf8().ShouldBe("1");
        (await GetAtAsync("kv/keep", revision)).ShouldBe("1");
    }

    [ConformanceFact]
    public async Task Compact_DeletedKey_StartsAnewAfterwards()
    {
        await api.PutAsync("kv/gone", "1");
        var deleted = (await api.DeleteAsync(NewDelete("kv/gone"))).Header.Revision;
        await api.CompactAsync(deleted);
        (await api.GetAsync("kv/gone")).ShouldBeNull();

        await api.PutAsync("kv/gone", "2");

        (await api.GetAsync("kv/gone"))!.Version.ShouldBe(1);
    }

    [ConformanceFact]
    public async Task Compact_Twice_IsRefused()
    {
        var revision = await api.PutAsync("kv/twice", "1");
        await api.CompactAsync(revision);

        await api.CompactAsync(revision).ShouldBeRefusedAsync(
            RpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");
    }

    [ConformanceFact]
    public async Task Compact_Future_IsRefused()
    {
        var revision = await api.RevisionAsync();

        await api.CompactAsync(revision + 1).ShouldBeRefusedAsync(
            RpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");
    }

    private async Task<string?> GetAtAsync(string key, long revision) =>
        (await api.RangeAsync(new RangeRequest { Key = Bytes(key), Revision = revision }))
            .Kvs.SingleOrDefault()?.Value.ToStringUtf8();
}
