using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using static Divvy.Rpc.Etcd.Permission.Types.Type;
using static Divvy.Store.Tests.Conformance.Api;
using static Divvy.Store.Tests.Conformance.AuthApi;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Users, roles and rights. Authentication is for a whole server, so each test has one of its own.</summary>
public abstract class AuthConformance<TServer> : IAsyncLifetime
    where TServer : IServer, IAsyncLifetime, new()
{
    private readonly TServer server = new();
    private AuthApi? anyone;

    /// <summary>Whoever does not say who it is.</summary>
    private AuthApi Anyone => anyone ??= new AuthApi(server.Channel);

    public Task InitializeAsync() => server.InitializeAsync();

    public Task DisposeAsync() => server.DisposeAsync();

    [ConformanceFact]
    public async Task Enable_NeedsRootWithItsRole()
    {
        await Anyone.CallAsync(EtcdMethods.AuthEnable, new AuthEnableRequest())
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, "etcdserver: root user does not exist");
        await Anyone.AddUserAsync("root", "r");
        await Anyone.CallAsync(EtcdMethods.AuthEnable, new AuthEnableRequest()).ShouldBeRefusedAsync(
            RpcStatusCode.FailedPrecondition, "etcdserver: root user does not have root role");
        // The role root can be granted without having been added.
        await Anyone.GrantRoleAsync("root", "root");
        await Anyone.LoginAsync("root", "r").ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, NotEnabled);

        var header = (await Anyone.CallAsync(EtcdMethods.AuthEnable, new AuthEnableRequest())).Header;

        header.Revision.ShouldBe(1);
        await Anyone.Api.GetAsync("a").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, UserNameEmpty);
        var root = await Anyone.AsAsync("root", "r");
        (await root.Api.GetAsync("a")).ShouldBeNull();
        await root.CallAsync(EtcdMethods.AuthEnable, new AuthEnableRequest());
    }

    [ConformanceFact]
    public async Task Disable_LetsAnyoneIn_AndVoidsTokens()
    {
        var root = await Anyone.EnableAsync();
        await Anyone.CallAsync(EtcdMethods.AuthDisable, new AuthDisableRequest())
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, UserNameEmpty);

        await root.CallAsync(EtcdMethods.AuthDisable, new AuthDisableRequest());

        await Anyone.Api.PutAsync("a", "1");
        await Anyone.CallAsync(EtcdMethods.AuthDisable, new AuthDisableRequest());
        await root.Api.GetAsync("a").ShouldBeRefusedAsync(RpcStatusCode.Unauthenticated, InvalidToken);
        await Anyone.LoginAsync("root", "root-password")
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, NotEnabled);
    }

    [ConformanceFact]
    public async Task Users_OnesThatCannotBe_AreRefused()
    {
        await Anyone.AddUserAsync("u", "p");
        await Anyone.AddRoleAsync("r");

        await Anyone.AddUserAsync("", "p").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, UserNameEmpty);
        await Anyone.AddUserAsync("u", "p")
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, "etcdserver: user name already exists");
        const string notFound = "etcdserver: user name not found";
        await Anyone.DeleteUserAsync("x").ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, notFound);
        await Anyone.ChangePasswordAsync("x", "p").ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, notFound);
        await Anyone.RolesOfAsync("x").ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, notFound);
        await Anyone.GrantRoleAsync("x", "r").ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, notFound);
        await Anyone.GrantRoleAsync("u", "x")
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, "etcdserver: role name not found");
        await Anyone.RevokeRoleAsync("u", "r")
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, "etcdserver: role is not granted to the user");
    }

    [ConformanceFact]
    public async Task Roles_OnesThatCannotBe_AreRefused()
    {
        await Anyone.AddRoleAsync("r");

        await Anyone.AddRoleAsync("")
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: role name is empty");
        await Anyone.AddRoleAsync("r")
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, "etcdserver: role name already exists");
        const string notFound = "etcdserver: role name not found";
        await Anyone.DeleteRoleAsync("x").ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, notFound);
        await Anyone.PermissionsOfAsync("x").ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, notFound);
        await Anyone.GrantPermissionAsync("x", Allow(Read, "a"))
            .ShouldBeRefusedAsync(RpcStatusCode.FailedPrecondition, notFound);
        await Anyone.RevokePermissionAsync("r", "a").ShouldBeRefusedAsync(
            RpcStatusCode.FailedPrecondition, "etcdserver: permission is not granted to the role");
    }

    [ConformanceFact]
    public async Task Lists_UsersRolesAndPermissions_AreInOrder()
    {
        foreach (var name in new[] { "b", "root", "a" })
        {
            await Anyone.AddUserAsync(name, password: null);
            await Anyone.AddRoleAsync("r" + name);
        }
        await Anyone.GrantRoleAsync("a", "rroot");
        await Anyone.GrantRoleAsync("a", "ra");
        await Anyone.GrantRoleAsync("a", "ra");
        await Anyone.GrantPermissionAsync("ra", Allow(Read, "k"));
        await Anyone.GrantPermissionAsync("ra", Allow(Write, "c", "d"));
        await Anyone.GrantPermissionAsync("ra", Allow(Readwrite, "k"));

        (await Anyone.UsersAsync()).ShouldBe(["a", "b", "root"]);
        (await Anyone.RolesAsync()).ShouldBe(["ra", "rb", "rroot"]);
        (await Anyone.RolesOfAsync("a")).ShouldBe(["ra", "rroot"]);
        (await Anyone.PermissionsOfAsync("ra")).ShouldBe([Allow(Write, "c", "d"), Allow(Readwrite, "k")]);

        await Anyone.RevokePermissionAsync("ra", "c", "d");
        await Anyone.DeleteRoleAsync("rroot");
        await Anyone.DeleteUserAsync("b");
        (await Anyone.PermissionsOfAsync("ra")).ShouldBe([Allow(Readwrite, "k")]);
        (await Anyone.RolesOfAsync("a")).ShouldBe(["ra"]);
        (await Anyone.UsersAsync()).ShouldBe(["a", "root"]);
    }

    [ConformanceFact]
    public async Task Root_WhileEnabled_CannotBeTakenAway()
    {
        await Anyone.AddRoleAsync("root");
        var root = await Anyone.EnableAsync();

        await root.DeleteUserAsync("root").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, InvalidManagement);
        await root.DeleteRoleAsync("root").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, InvalidManagement);
        await root.RevokeRoleAsync("root", "root")
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, InvalidManagement);
    }

    [ConformanceFact]
    public async Task Authenticate_WrongOnes_AreTurnedAway()
    {
        await Anyone.AddUserAsync("certified", password: null);
        await Anyone.EnableAsync();

        await Anyone.LoginAsync("root", "wrong")
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, AuthenticationFailed);
        await Anyone.LoginAsync("nobody", "wrong")
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, AuthenticationFailed);
        await Anyone.LoginAsync("certified", "").ShouldBeRefusedAsync(
            RpcStatusCode.Unknown, "auth: authentication failed, password was given for no password user");
        await Anyone.WithToken("abcdefghijklmnop.1").Api.GetAsync("a")
            .ShouldBeRefusedAsync(RpcStatusCode.Unauthenticated, InvalidToken);
        await Anyone.WithToken("nonsense").Api.PutAsync("a", "1")
            .ShouldBeRefusedAsync(RpcStatusCode.Unauthenticated, InvalidToken);
    }

    [ConformanceFact]
    public async Task Authenticate_Token_IsSixteenLettersAndAnIndex()
    {
        await Anyone.EnableAsync();

        (await Anyone.LoginAsync("root", "root-password")).ShouldMatch("^[a-zA-Z]{16}\\.[0-9]+$");
    }

    [ConformanceFact]
    public async Task ChangePassword_VoidsTokensAndTheOldPassword()
    {
        await Anyone.AddUserAsync("u", "r", Allow(Readwrite, "a"));
        var root = await Anyone.EnableAsync();
        var user = await Anyone.AsAsync("u", "u");

        await root.ChangePasswordAsync("u", "new");

        await user.Api.GetAsync("a").ShouldBeRefusedAsync(RpcStatusCode.Unauthenticated, InvalidToken);
        await Anyone.LoginAsync("u", "u").ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, AuthenticationFailed);
        await (await Anyone.AsAsync("u", "new")).Api.GetAsync("a");
        // The token of another user lives on through all this.
        (await root.UsersAsync()).ShouldBe(["root", "u"]);
    }

    [ConformanceFact]
    public async Task Keys_NeedPermissionOverAllOfThem()
    {
        await Anyone.AddUserAsync("u", "r", Allow(Read, "a", "b"), Allow(Readwrite, "b", "c"), Allow(Write, "w"));
        await Anyone.EnableAsync();
        var user = (await Anyone.AsAsync("u", "u")).Api;

        await user.RangeAsync(new RangeRequest { Key = Bytes("a"), RangeEnd = Bytes("c") });
        await user.RangeAsync(new RangeRequest { Key = Bytes("aa") });
        await user.PutAsync("bb", "1");
        await user.PutAsync("w", "1");
        await user.DeleteAsync(new DeleteRangeRequest { Key = Bytes("b"), RangeEnd = Bytes("c") });

        await Denied(user.RangeAsync(new RangeRequest { Key = Bytes("a"), RangeEnd = Bytes("c\0") }));
        await Denied(user.RangeAsync(new RangeRequest { Key = Bytes("a"), RangeEnd = Bytes("\0") }));
        await Denied(user.RangeAsync(NewRange("w")));
        await Denied(user.PutAsync("a", "1"));
        await Denied(user.PutAsync(new PutRequest { Key = Bytes("w"), PrevKv = true }));
        await Denied(user.DeleteAsync(NewDelete("a")));
        await Denied(user.DeleteAsync(new DeleteRangeRequest { Key = Bytes("w"), PrevKv = true }));
        await Denied(user.DeleteAsync(new DeleteRangeRequest { Key = Bytes("a"), RangeEnd = Bytes("c") }));
    }

    [ConformanceFact]
    public async Task OpenEnds_CoverOpenEnds()
    {
        await Anyone.AddUserAsync("u", "r", Allow(Read, "m", "\0"));
        await Anyone.EnableAsync();
        var user = (await Anyone.AsAsync("u", "u")).Api;

        await user.RangeAsync(new RangeRequest { Key = Bytes("m"), RangeEnd = Bytes("\0") });
        await user.RangeAsync(new RangeRequest { Key = Bytes("x"), RangeEnd = Bytes("z") });
        await Denied(user.RangeAsync(new RangeRequest { Key = Bytes("l"), RangeEnd = Bytes("\0") }));
    }

    [ConformanceFact]
    public async Task Txn_NeedsPermissionForAllItCouldDo()
    {
        await Anyone.AddUserAsync("u", "r", Allow(Readwrite, "a"));
        await Anyone.EnableAsync();
        var user = (await Anyone.AsAsync("u", "u")).Api;
        var own = new TxnRequest { Success = { Op(NewPut("a", "1")) }, Failure = { Op(NewRange("a")) } };
        await user.TxnAsync(own);

        await Denied(user.TxnAsync(new TxnRequest(own) { Compare = { new Compare { Key = Bytes("b") } } }));
        await Denied(user.TxnAsync(new TxnRequest(own) { Success = { Op(NewPut("b", "1")) } }));
        await Denied(user.TxnAsync(new TxnRequest(own) { Failure = { Op(NewDelete("b")) } }));
        await Denied(user.TxnAsync(new TxnRequest { Success = { Op(NewRange("b")) } }));
        await Anyone.Api.TxnAsync(own).ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, UserNameEmpty);
    }

    [ConformanceFact]
    public async Task Lease_WithKeysOfOthers_CanNeitherBeRevokedNorUsed()
    {
        await Anyone.AddUserAsync("u", "r", Allow(Readwrite, "a"));
        var root = await Anyone.EnableAsync();
        var user = (await Anyone.AsAsync("u", "u")).Api;
        var lease = (await user.GrantAsync(60)).ID;
        await user.PutAsync("a", "1", lease);
        await root.Api.PutAsync("b", "1", lease);

        await Denied(user.CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = lease }));
        await Denied(user.PutAsync("a", "2", lease));

        await root.Api.DeleteAsync(NewDelete("b"));
        await user.PutAsync("a", "2", lease);
        await user.CallAsync(EtcdMethods.LeaseRevoke, new LeaseRevokeRequest { ID = lease });
        (await root.Api.GetAsync("a")).ShouldBeNull();
    }

    [ConformanceFact]
    public async Task Lease_ThatIsOver_TakesItsKeysWithoutAnyUser()
    {
        var root = await Anyone.EnableAsync();
        var lease = (await root.Api.GrantAsync(1)).ID;
        await root.Api.PutAsync("k", "1", lease);
        await using var watch = await WatchClient.OpenAsync(root.Channel);
        await watch.CreateAsync(new WatchCreateRequest { Key = Bytes("k") });

        (await watch.EventsAsync(1))[0].Type.ShouldBe(Event.Types.EventType.Delete);
    }

    [ConformanceFact]
    public async Task Management_IsForRoot_ButEveryoneMaySeeTheirOwn()
    {
        await Anyone.AddUserAsync("u", "r", Allow(Read, "a"));
        var root = await Anyone.EnableAsync();
        var user = await Anyone.AsAsync("u", "u");

        (await user.RolesOfAsync("u")).ShouldBe(["r"]);
        (await user.PermissionsOfAsync("r")).ShouldBe([Allow(Read, "a")]);
        await Denied(user.RolesOfAsync("root"));
        await Denied(user.PermissionsOfAsync("root"));
        await Denied(user.UsersAsync());
        await Denied(user.RolesAsync());
        await Denied(user.AddRoleAsync("x"));
        await Denied(user.ChangePasswordAsync("u", "x"));
        await Anyone.UsersAsync().ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, UserNameEmpty);

        // Whoever has the role root is root.
        await root.GrantRoleAsync("u", "root");
        (await user.UsersAsync()).ShouldBe(["root", "u"]);
        await user.Api.PutAsync("anything", "1");
    }

    [ConformanceFact]
    public async Task Rights_ThatChange_CountAtOnce()
    {
        await Anyone.AddUserAsync("u", "r", Allow(Readwrite, "a"));
        var root = await Anyone.EnableAsync();
        var user = (await Anyone.AsAsync("u", "u")).Api;
        await user.PutAsync("a", "1");

        await root.RevokePermissionAsync("r", "a");
        await Denied(user.PutAsync("a", "2"));
        await root.GrantPermissionAsync("r", Allow(Write, "", "b"));
        await Denied(user.PutAsync("a", "2"));
        await root.GrantPermissionAsync("r", Allow(Write, "a", "b"));
        await user.PutAsync("a", "2");
        await root.RevokeRoleAsync("u", "r");
        await Denied(user.PutAsync("a", "3"));
    }

    [ConformanceFact]
    public async Task Watch_WithoutPermission_IsRefusedAsAnAnswer()
    {
        await Anyone.AddUserAsync("u", "r", Allow(Read, "a", "b"));
        var root = await Anyone.EnableAsync();
        var user = await Anyone.AsAsync("u", "u");
        await using var watch = await WatchClient.OpenAsync(user.Channel);

        var allowed = await watch.CreateAsync(new WatchCreateRequest { Key = Bytes("a"), RangeEnd = Bytes("b") });
        var refused = await watch.CreateAsync(new WatchCreateRequest { Key = Bytes("a"), RangeEnd = Bytes("c") });

        allowed.Canceled.ShouldBeFalse();
        ShouldBeRefused(refused, "rpc error: code = PermissionDenied desc = " + PermissionDenied);
        await root.Api.PutAsync("a1", "1");
        (await watch.EventsAsync(1))[0].Kv.Key.ShouldBe(Bytes("a1"));
        await using var nameless = await WatchClient.OpenAsync(server.Channel);
        ShouldBeRefused(
            await nameless.CreateAsync(new WatchCreateRequest { Key = Bytes("a") }),
            "rpc error: code = InvalidArgument desc = " + UserNameEmpty);
        await using var stale = await WatchClient.OpenAsync(Anyone.WithToken("nonsense").Channel);
        ShouldBeRefused(
            await stale.CreateAsync(new WatchCreateRequest { Key = Bytes("a") }),
            "rpc error: code = Unauthenticated desc = " + InvalidToken);
    }

    private static void ShouldBeRefused(WatchResponse answer, string reason)
    {
        answer.CancelReason.ShouldBe(reason);
        answer.Created.ShouldBeTrue();
        answer.Canceled.ShouldBeTrue();
        answer.WatchId.ShouldBe(-1);
    }

    private static Task Denied(Task call) =>
        call.ShouldBeRefusedAsync(RpcStatusCode.PermissionDenied, PermissionDenied);
}
