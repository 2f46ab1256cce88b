using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Store.Tests.Conformance.Api;
using Result = Divvy.Rpc.Etcd.Compare.Types.CompareResult;
using Target = Divvy.Rpc.Etcd.Compare.Types.CompareTarget;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Transactions: compares, branches, nesting, and what is refused before anything is done.</summary>
public abstract class TxnConformance(IServer server)
{
    private const string Duplicate = "etcdserver: duplicate key given in txn request";

    private readonly Api api = new(server.Channel);

    [ConformanceFact]
    public async Task Txn_EachCompare_DecidesTheBranch()
    {
        var lease = await api.GrantAsync(60);
        await api.PutAsync("t/cmp", "m");
        var revision = await api.PutAsync("t/cmp", "m", lease.ID);
        var key = Bytes("t/cmp");

        (await HoldsAsync(new Compare { Key = key, Target = Target.Version, Version = 2 })).ShouldBeTrue();
        (await HoldsAsync(new Compare { Key = key, Target = Target.Mod, ModRevision = revision })).ShouldBeTrue();
        (await HoldsAsync(new Compare { Key = key, Target = Target.Create, CreateRevision = revision })).ShouldBeFalse();
        (await HoldsAsync(new Compare { Key = key, Target = Target.Lease, Lease = lease.ID })).ShouldBeTrue();
        (await HoldsAsync(Value(key, "m", Result.Equal))).ShouldBeTrue();
        (await HoldsAsync(Value(key, "m", Result.NotEqual))).ShouldBeFalse();
        (await HoldsAsync(Value(key, "l", Result.Greater))).ShouldBeTrue();
        (await HoldsAsync(Value(key, "m", Result.Greater))).ShouldBeFalse();
        (await HoldsAsync(Value(key, "n", Result.Less))).ShouldBeTrue();
    }

    [ConformanceFact]
    public async Task Txn_CompareOfMissingKey_IsWithZeroesButNeverByValue()
    {
        var key = Bytes("t/missing");

        (await HoldsAsync(new Compare { Key = key, Target = Target.Create })).ShouldBeTrue();
        (await HoldsAsync(new Compare { Key = key, Target = Target.Version, Version = 1, Result = Result.Less })).ShouldBeTrue();
        (await HoldsAsync(new Compare { Key = key, Target = Target.Lease, Lease = 5, Result = Result.NotEqual })).ShouldBeTrue();
        (await HoldsAsync(Value(key, "", Result.Equal))).ShouldBeFalse();
        (await HoldsAsync(Value(key, "x", Result.NotEqual))).ShouldBeFalse();
    }

    [ConformanceFact]
    public async Task Txn_RangeCompare_MustHoldForEveryKey()
    {
        await api.PutAsync("t/rc/a", "1");
        await api.PutAsync("t/rc/b", "1");
        await api.PutAsync("t/rc/b", "2");
        var compare = new Compare
        {
            Key = Bytes("t/rc/"),
            RangeEnd = PrefixEnd("t/rc/"),
            Target = Target.Version,
            Version = 1,
        };

        (await HoldsAsync(compare)).ShouldBeFalse();
        compare.Version = 0;
        compare.Result = Result.Greater;
        (await HoldsAsync(compare)).ShouldBeTrue();
        compare.Key = Bytes("t/rd/");
        compare.RangeEnd = PrefixEnd("t/rd/");
        (await HoldsAsync(compare)).ShouldBeFalse("no key is there, and version 0 is not above 0");
    }

    [ConformanceFact]
    public async Task Txn_Writes_ShareARevisionAndSeeEachOther()
    {
        var before = await api.RevisionAsync();
        var txn = new TxnRequest
        {
            Success =
            {
                Op(NewRange("t/own/a")), Op(NewPut("t/own/a", "1")), Op(NewPut("t/own/b", "1")), Op(NewPrefix("t/own/")),
            },
        };

        var response = await api.TxnAsync(txn);

        response.Succeeded.ShouldBeTrue();
        response.Header.Revision.ShouldBe(before + 1);
        response.Responses[0].ResponseRange.Count.ShouldBe(0);
        response.Responses[0].ResponseRange.Header.Revision.ShouldBe(before);
        response.Responses[1].ResponsePut.Header.Revision.ShouldBe(before + 1);
        response.Responses[1].ResponsePut.Header.ClusterId.ShouldBe(0ul);
        response.Responses[3].ResponseRange.Kvs.Select(kv => kv.ModRevision).ShouldBe([before + 1, before + 1]);
        response.Responses[3].ResponseRange.Header.Revision.ShouldBe(before + 1);
    }

    [ConformanceFact]
    public async Task Txn_NothingChanged_LeavesTheRevision()
    {
        var before = await api.RevisionAsync();

        var response = await api.TxnAsync(new TxnRequest { Success = { Op(NewDelete("t/nothing")) } });

        response.Header.Revision.ShouldBe(before);
        response.Responses.Single().ResponseDeleteRange.Deleted.ShouldBe(0);
        (await api.TxnAsync(new TxnRequest())).Succeeded.ShouldBeTrue();
        (await api.RevisionAsync()).ShouldBe(before);
    }

    [ConformanceFact]
    public async Task Txn_DeleteThenRange_SeesTheDeletion()
    {
        await api.PutAsync("t/dr", "1");
        var delete = NewDelete("t/dr");
        delete.PrevKv = true;

        var response = await api.TxnAsync(new TxnRequest { Success = { Op(delete), Op(NewRange("t/dr")) } });

        response.Responses[0].ResponseDeleteRange.PrevKvs.Single().Value.ToStringUtf8().ShouldBe("1");
        response.Responses[1].ResponseRange.Count.ShouldBe(0);
    }

    [ConformanceFact]
    public async Task Txn_Nested_DecidesOnTheStateBeforeTheWhole()
    {
        var inner = new TxnRequest
        {
            Compare = { new Compare { Key = Bytes("t/nest/a"), Target = Target.Version, Version = 1 } },
            Success = { Op(NewPut("t/nest/yes", "")) },
            Failure = { Op(NewPut("t/nest/no", "")) },
        };

        var response = await api.TxnAsync(new TxnRequest { Success = { Op(NewPut("t/nest/a", "")), Op(inner) } });

        var nested = response.Responses[1].ResponseTxn;
        nested.Succeeded.ShouldBeFalse("its compare is from before the put beside it");
        nested.Header.Revision.ShouldBe(0);
        nested.Responses.Single().ResponsePut.Header.Revision.ShouldBe(response.Header.Revision);
        (await api.GetAsync("t/nest/no")).ShouldNotBeNull();
    }

    [ConformanceFact]
    public async Task Txn_OldRevisionInside_IsRead()
    {
        var first = await api.PutAsync("t/old", "1");
        await api.PutAsync("t/old", "2");
        var old = new RangeRequest { Key = Bytes("t/old"), Revision = first };

        var response = await api.TxnAsync(new TxnRequest { Success = { Op(NewPut("t/old", "3")), Op(old) } });

        response.Responses[1].ResponseRange.Kvs.Single().Value.ToStringUtf8().ShouldBe("1");
    }

    [ConformanceFact]
    public async Task Txn_BadRangeInside_RefusesTheWhole()
    {
        var revision = await api.PutAsync("t/future", "1");
        var future = new RangeRequest { Key = Bytes("t/future"), Revision = revision + 1 };

        await api.TxnAsync(new TxnRequest { Success = { Op(NewPut("t/future", "2")), Op(future) } })
            .ShouldBeRefusedAsync(
                RpcStatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision");

        (await api.GetAsync("t/future"))!.Value.ToStringUtf8().ShouldBe("1");
    }

    [ConformanceFact]
    public async Task Txn_UnknownLeaseInside_RefusesTheWhole()
    {
        await api.TxnAsync(new TxnRequest { Success = { Op(NewPut("t/lease/a", "1")), Op(NewPut("t/lease/b", "1", 404)) } })
            .ShouldBeRefusedAsync(RpcStatusCode.NotFound, "etcdserver: requested lease not found");

        (await api.GetAsync("t/lease/a")).ShouldBeNull();
    }

    [ConformanceFact]
    public async Task Txn_UnknownLeaseInTheOtherBranch_IsNoMatter()
    {
        var txn = new TxnRequest { Success = { Op(NewPut("t/other", "1")) }, Failure = { Op(NewPut("t/other", "1", 404)) } };

        (await api.TxnAsync(txn)).Succeeded.ShouldBeTrue();
    }

    [ConformanceFact]
    public Task Txn_IgnoreValueOfMissingKey_IsRefused() =>
        api.TxnAsync(new TxnRequest { Success = { Op(new PutRequest { Key = Bytes("t/iv"), IgnoreValue = true }) } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: key not found");

    [ConformanceFact]
    public Task Txn_SameKeyTwice_IsRefused() =>
        api.TxnAsync(new TxnRequest { Failure = { Op(NewPut("t/dup", "1")), Op(NewPut("t/dup", "2")) } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, Duplicate);

    [ConformanceFact]
    public async Task Txn_PutInsideADeletedRange_IsRefused()
    {
        var delete = new DeleteRangeRequest { Key = Bytes("t/over/"), RangeEnd = PrefixEnd("t/over/") };

        await api.TxnAsync(new TxnRequest { Success = { Op(NewPut("t/over/a", "1")), Op(delete) } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, Duplicate);
        await api.TxnAsync(new TxnRequest { Success = { Op(NewDelete("t/over/a")), Op(NewPut("t/over/a", "1")) } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, Duplicate);
    }

    [ConformanceFact]
    public async Task Txn_PutInsideADeleteToTheEnd_IsCarriedOutInOrder()
    {
        var delete = new DeleteRangeRequest { Key = Bytes("~t/end/a"), RangeEnd = Bytes("\0") };
        await api.PutAsync("~t/end/b", "old");

        await api.TxnAsync(new TxnRequest { Success = { Op(delete), Op(NewPut("~t/end/b", "new")) } });
        var kv = (await api.GetAsync("~t/end/b"))!;
        await api.TxnAsync(new TxnRequest { Success = { Op(NewPut("~t/end/c", "new")), Op(delete) } });

        kv.Value.ToStringUtf8().ShouldBe("new");
        kv.Version.ShouldBe(1);
        kv.CreateRevision.ShouldBe(kv.ModRevision);
        (await api.GetAsync("~t/end/c")).ShouldBeNull();
    }

    [ConformanceFact]
    public async Task Txn_SameKeyInBothBranchesOfANested_IsAllowedButNotBesideThem()
    {
        var inner = new TxnRequest { Success = { Op(NewPut("t/both", "1")) }, Failure = { Op(NewPut("t/both", "2")) } };

        (await api.TxnAsync(new TxnRequest { Success = { Op(inner) } })).Succeeded.ShouldBeTrue();
        await api.TxnAsync(new TxnRequest { Success = { Op(inner), Op(NewPut("t/both", "3")) } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, Duplicate);
    }

    [ConformanceFact]
    public async Task Txn_PutMeetsADeleteOfANested_IsRefused()
    {
        var inner = new TxnRequest { Success = { Op(NewDelete("t/nd")) } };

        await api.TxnAsync(new TxnRequest { Success = { Op(inner), Op(NewPut("t/nd", "3")) } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, Duplicate);
    }

    [ConformanceFact]
    public async Task Txn_OverlappingDeletes_AreAllowed()
    {
        await api.PutAsync("t/dd", "1");

        var response = await api.TxnAsync(new TxnRequest { Success = { Op(NewDelete("t/dd")), Op(NewDelete("t/dd")) } });

        response.Responses.Select(op => op.ResponseDeleteRange.Deleted).ShouldBe([1, 0]);
        response.Responses[1].ResponseDeleteRange.Header.Revision.ShouldBe(response.Header.Revision);
    }

    [ConformanceFact]
    public async Task Txn_TooManyOperations_IsRefused()
    {
        var txn = new TxnRequest();
        for (var put = 0; put < 128; put++)
            txn.Success.Add(Op(NewPut($"t/many/{put}", "")));
        (await api.TxnAsync(txn)).Responses.Count.ShouldBe(128);

        txn.Success.Add(Op(NewPut("t/many/128", "")));

        await api.TxnAsync(txn).ShouldBeRefusedAsync(
            RpcStatusCode.InvalidArgument, "etcdserver: too many operations in txn request");
    }

    [ConformanceFact]
    public async Task Txn_Nested_HasWhatItsParentLeft()
    {
        var inner = new TxnRequest { Success = { Op(NewPut("t/left/a", "")), Op(NewPut("t/left/b", "")) } };
        var outer = new TxnRequest { Success = { Op(inner) } };
        for (var put = 0; put < 125; put++)
            outer.Success.Add(Op(NewPut($"t/left/{put}", "")));
        (await api.TxnAsync(outer)).Succeeded.ShouldBeTrue();

        outer.Success.Add(Op(NewPut("t/left/125", "")));

        await api.TxnAsync(outer).ShouldBeRefusedAsync(
            RpcStatusCode.InvalidArgument, "etcdserver: too many operations in txn request");
    }

    [ConformanceFact]
    public async Task Txn_EmptyParts_AreRefused()
    {
        await api.TxnAsync(new TxnRequest { Success = { new RequestOp() } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: key not found");
        await api.TxnAsync(new TxnRequest { Compare = { new Compare() } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: key is not provided");
        await api.TxnAsync(new TxnRequest { Failure = { Op(new RangeRequest()) } })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: key is not provided");
    }

    private static Compare Value(Google.Protobuf.ByteString key, string value, Result result) =>
        new() { Key = key, Target = Target.Value, Value = Bytes(value), Result = result };

    private async Task<bool> HoldsAsync(Compare compare) =>
        (await api.TxnAsync(new TxnRequest { Compare = { compare } })).Succeeded;
}
