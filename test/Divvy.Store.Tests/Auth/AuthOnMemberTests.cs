using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.Store.Tests.Conformance;
using Divvy.TestKit;
using static Divvy.Rpc.Etcd.Permission.Types.Type;
using static Divvy.Store.Tests.Conformance.Api;
using static Divvy.Store.Tests.Conformance.AuthApi;

namespace Divvy.Store.Tests.Auth;

/// <summary>What a whole member does beyond, or other than, etcd 3.4.23.</summary>
public sealed class AuthOnMemberTests : IDisposable
{
    private readonly TempDirectory folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Open_AfterClose_StillKnowsUsersRolesAndThatTheyCount()
    {
        await using (var store = Open())
        {
            await using var channel = Connect(store);
            var anyone = new AuthApi(channel);
            await anyone.AddUserAsync("u", "r", Allow(Readwrite, "a"));
            await anyone.EnableAsync();
        }

        await using var again = Open();
        await using var after = Connect(again);
        await ShouldKnowItsUsersAsync(new AuthApi(after));
    }

    [Fact]
    public async Task Open_FromASnapshot_StillKnowsUsersRolesAndThatTheyCount()
    {
        await using (var store = Open())
        {
            await using var channel = Connect(store);
            var anyone = new AuthApi(channel);
            await anyone.AddUserAsync("u", "r", Allow(Readwrite, "a"));
            var root = await anyone.EnableAsync();
            await root.CallAsync(EtcdMethods.Defragment, new DefragmentRequest());
        }

        await using var again = Open();
        await using var after = Connect(again);
        await ShouldKnowItsUsersAsync(new AuthApi(after));
    }

    [Fact]
    public async Task Maintenance_WithoutTheRoleRoot_IsRefused()
    {
        await using var store = Open();
        await using var channel = Connect(store);
        var anyone = new AuthApi(channel);
        await anyone.AddUserAsync("u", "r", Allow(Readwrite, "a"));
        var root = await anyone.EnableAsync();
        var user = await anyone.AsAsync("u", "u");
        var alarm = new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Activate, Alarm = AlarmType.Nospace };

        await Denied(user.CallAsync(EtcdMethods.Defragment, new DefragmentRequest()));
        await Denied(user.CallAsync(EtcdMethods.Hash, new HashRequest()));
        await Denied(user.CallAsync(EtcdMethods.HashKV, new HashKVRequest()));
        await Denied(user.CallAsync(EtcdMethods.MoveLeader, new MoveLeaderRequest()));
        await Denied(user.CallAsync(EtcdMethods.Alarm, alarm));
        await Denied(ReadSnapshotAsync(user.Channel));
        await user.CallAsync(EtcdMethods.Status, new StatusRequest());
        await anyone.CallAsync(EtcdMethods.Alarm, new AlarmRequest());

        await root.CallAsync(EtcdMethods.HashKV, new HashKVRequest());
        await ReadSnapshotAsync(root.Channel);
        (await root.CallAsync(EtcdMethods.Alarm, alarm)).Alarms.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Requests_ThatEtcdForgetsToCheck_AreRefused()
    {
        await using var store = Open();
        await using var channel = Connect(store);
        var anyone = new AuthApi(channel);
        await anyone.AddUserAsync("u", "r", Allow(Read, "k"), Allow(Write, "w"));
        var root = await anyone.EnableAsync();
        var user = await anyone.AsAsync("u", "u");
        var nested = new TxnRequest { Success = { Op(NewPut("k", "1")) } };
        var lease = (await root.Api.GrantAsync(60)).ID;
        await root.Api.PutAsync("secret", "1", lease);
        await using var watch = await WatchClient.OpenAsync(user.Channel);

        await Denied(user.Api.TxnAsync(new TxnRequest { Success = { Op(nested) } }));
        await Denied(user.Api.TxnAsync(
            new TxnRequest { Success = { Op(new PutRequest { Key = Bytes("w"), PrevKv = true }) } }));
        await Denied(user.Api.TxnAsync(new TxnRequest { Success = { Op(NewPut("w", "1", lease)) } }));
        await Denied(user.CallAsync(
            EtcdMethods.LeaseTimeToLive, new LeaseTimeToLiveRequest { ID = lease, Keys = true }));
        var open = await watch.CreateAsync(new WatchCreateRequest { Key = Bytes("k"), RangeEnd = Bytes("\0") });
        open.CancelReason.ShouldEndWith(PermissionDenied);
        await anyone.Api.CompactAsync(1).ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, UserNameEmpty);
        await anyone.Api.GrantAsync(60).ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, UserNameEmpty);
    }

    private static async Task ShouldKnowItsUsersAsync(AuthApi anyone)
    {
        await anyone.Api.GetAsync("a").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, UserNameEmpty);
        var user = await anyone.AsAsync("u", "u");
        await user.Api.PutAsync("a", "1");
        await Denied(user.Api.PutAsync("b", "1"));
    }

    private static async Task ReadSnapshotAsync(IRpcChannel channel)
    {
        await foreach (var piece in channel.ServerStreamAsync(EtcdMethods.Snapshot, new SnapshotRequest()))
            piece.Header.ShouldNotBeNull();
    }

    private static Task Denied(Task call) =>
        call.ShouldBeRefusedAsync(RpcStatusCode.PermissionDenied, PermissionDenied);

    private static InProcessChannel Connect(EmbeddedStore store)
    {
        var services = new RpcServices();
        store.MapTo(services);
        return new InProcessChannel(services);
    }

    private EmbeddedStore Open() => EmbeddedStore.Open(new EmbeddedStoreOptions
    {
        DataDirectory = folder.Path,
        PasswordIterations = 1000,
        Wal = new Store.Wal.WalOptions { SegmentSize = 1 << 20 },
    });
}
