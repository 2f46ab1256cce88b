using Divvy.Client.Etcd;
using Divvy.Rpc;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

public sealed class TxnTests(StoreFixture stores) : IClassFixture<StoreFixture>
{
    private readonly string key = $"{NewPrefix()}/key";

    public static TheoryData<StoreKind> Stores => StoreFixture.Stores;

    [Theory, MemberData(nameof(Stores))]
    public async Task TxnAsync_EveryNumberCompare_HoldsExactlyWhenItShould(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var lease = await client.GrantAsync(TimeSpan.FromMinutes(5));
        var created = await client.PutAsync(key, Bytes("1"), lease.Id);
        var modified = await client.PutAsync(key, Bytes("2"), lease.Id);

        (EtcdCompare.NumberSubject Subject, long Value)[] subjects =
        [
            (EtcdCompare.Version(key), 2),
            (EtcdCompare.CreateRevision(key), created),
            (EtcdCompare.ModRevision(key), modified),
            (EtcdCompare.Lease(key), lease.Id),
        ];
        foreach (var (subject, value) in subjects)
        {
            (await HoldsAsync(client, subject.Equal(value))).ShouldBeTrue();
            (await HoldsAsync(client, subject.Equal(value + 1))).ShouldBeFalse();
            (await HoldsAsync(client, subject.NotEqual(value + 1))).ShouldBeTrue();
            (await HoldsAsync(client, subject.NotEqual(value))).ShouldBeFalse();
            (await HoldsAsync(client, subject.Greater(value - 1))).ShouldBeTrue();
            (await HoldsAsync(client, subject.Greater(value))).ShouldBeFalse();
            (await HoldsAsync(client, subject.Less(value + 1))).ShouldBeTrue();
            (await HoldsAsync(client, subject.Less(value))).ShouldBeFalse();
        }
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task TxnAsync_EveryValueCompare_HoldsExactlyWhenItShould(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        await client.PutAsync(key, Bytes("m"));
        var value = EtcdCompare.Value(key);

        (await HoldsAsync(client, value.Equal(Bytes("m")))).ShouldBeTrue();
        (await HoldsAsync(client, value.Equal(Bytes("n")))).ShouldBeFalse();
        (await HoldsAsync(client, value.NotEqual(Bytes("n")))).ShouldBeTrue();
        (await HoldsAsync(client, value.NotEqual(Bytes("m")))).ShouldBeFalse();
        (await HoldsAsync(client, value.Greater(Bytes("l")))).ShouldBeTrue();
        (await HoldsAsync(client, value.Greater(Bytes("m")))).ShouldBeFalse();
        (await HoldsAsync(client, value.Less(Bytes("n")))).ShouldBeTrue();
        (await HoldsAsync(client, value.Less(Bytes("m")))).ShouldBeFalse();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task TxnAsync_MissingKey_ComparesAsZeroButItsValueNever(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);

        (await HoldsAsync(client, EtcdCompare.Missing(key))).ShouldBeTrue();
        (await HoldsAsync(client, EtcdCompare.Exists(key))).ShouldBeFalse();
        (await HoldsAsync(client, EtcdCompare.Version(key).Equal(0))).ShouldBeTrue();
        (await HoldsAsync(client, EtcdCompare.ModRevision(key).Equal(0))).ShouldBeTrue();
        (await HoldsAsync(client, EtcdCompare.Lease(key).NotEqual(7))).ShouldBeTrue();
        (await HoldsAsync(client, EtcdCompare.Value(key).NotEqual(Bytes("x")))).ShouldBeFalse();
        await client.PutAsync(key, Bytes("1"));
        (await HoldsAsync(client, EtcdCompare.Missing(key))).ShouldBeFalse();
        (await HoldsAsync(client, EtcdCompare.Exists(key))).ShouldBeTrue();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task TxnAsync_OneOfTwoComparesFails_DoesTheElseBranch(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        await client.PutAsync(key, Bytes("old"));

        var result = await client.TxnAsync(EtcdTxn
            .If(EtcdCompare.Exists(key)).And(EtcdCompare.Version(key).Equal(9))
            .Then(EtcdOp.Put(key, "new"))
            .Else(EtcdOp.Get(key)));

        result.Succeeded.ShouldBeFalse();
        result.Range(0).First!.Text.ShouldBe("old");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task TxnAsync_SeveralOperations_AnswersEachInOrderAtOneRevision(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        await client.PutAsync(key, Bytes("old"));
        await client.PutAsync($"{key}2", Bytes("gone"));

        var result = await client.TxnAsync(EtcdTxn.If().Then(
            EtcdOp.Put(key, Bytes("new"), previous: true),
            EtcdOp.Delete(EtcdRange.Key($"{key}2"), previous: true),
            EtcdOp.Get(key),
            EtcdOp.Txn(EtcdTxn.If(EtcdCompare.Exists(key)).Then(EtcdOp.Put($"{key}3", "nested")))));

        result.Succeeded.ShouldBeTrue();
        result.Responses[0].ShouldBeOfType<TxnOpResult.Put>().Previous!.Text.ShouldBe("old");
        result.Responses[1].ShouldBeOfType<TxnOpResult.Delete>().Result.Previous[0].Text.ShouldBe("gone");
        result.Range(2).First!.Text.ShouldBe("new");
        result.Responses[3].ShouldBeOfType<TxnOpResult.Txn>().Result.Succeeded.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => result.Range(0));
        var keys = await client.GetAsync(EtcdRange.Prefix(key));
        keys.Items.Select(kv => kv.ModRevision).ShouldBe([result.Revision, result.Revision]);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task TxnAsync_PutKeepingLease_KeepsTheLease(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var lease = await client.GrantAsync(TimeSpan.FromMinutes(5));
        await client.PutAsync(key, Bytes("1"), lease.Id);

        await client.TxnAsync(EtcdTxn.If().Then(EtcdOp.PutKeepingLease(key, Bytes("2"))));

        var kv = (await client.GetAsync(EtcdRange.Key(key))).First!;
        (kv.Text, kv.Lease).ShouldBe(("2", lease.Id));
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task TxnAsync_MoreOperationsThanAllowed_IsRefusedWithAHint(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);
        var puts = Enumerable.Range(0, EtcdTxn.MaxOperations + 1).Select(i => EtcdOp.Put($"{key}/{i}", "x"));

        var failure = await Should.ThrowAsync<EtcdException>(client.TxnAsync(EtcdTxn.If().Then(puts)));

        (failure.Code, failure.OutcomeUnknown).ShouldBe((RpcStatusCode.InvalidArgument, false));
        failure.Hint.ShouldContain("split the transaction");
        (await client.GetAsync(EtcdRange.Prefix($"{key}/"))).Count.ShouldBe(0);
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task TxnAsync_PutWithAnUnknownLease_WritesNothing(StoreKind kind)
    {
        var client = await stores.ClientAsync(kind);

        var failure = await Should.ThrowAsync<EtcdException>(client.TxnAsync(
            EtcdTxn.If().Then(EtcdOp.Put(key, "1"), EtcdOp.Put($"{key}2", "2", lease: 12345))));

        failure.Code.ShouldBe(RpcStatusCode.NotFound);
        (await client.GetAsync(EtcdRange.Prefix(key))).Count.ShouldBe(0);
    }

    private static async Task<bool> HoldsAsync(IEtcdClient client, EtcdCompare compare) =>
        (await client.TxnAsync(EtcdTxn.If(compare))).Succeeded;
}
