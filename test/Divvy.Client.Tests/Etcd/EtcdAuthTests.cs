using Divvy.Client.Etcd;
using Divvy.Rpc;
using Divvy.TestKit.Etcd;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

public sealed class EtcdAuthTests
{
    [EtcdFact]
    public async Task Calls_WithUserAndPassword_AreAllowed()
    {
        await using var etcd = await StartWithAuthAsync();
        await using var client = ConnectAs(etcd, "root", "secret");

        await client.PutAsync("a", Bytes("1"));
        var lease = await client.GrantAsync(TimeSpan.FromMinutes(5));

        (await client.KeepAliveOnceAsync(lease.Id)).ShouldBe(lease.Ttl);
        (await client.GetAsync(EtcdRange.Key("a"))).First!.Text.ShouldBe("1");
    }

    [EtcdFact]
    public async Task Calls_TokenForgottenByTheStore_AuthenticateAnew()
    {
        await using var etcd = await StartWithAuthAsync();
        await using var client = ConnectAs(etcd, "root", "secret");
        var before = await client.PutAsync("a", Bytes("1"));

        // Simple tokens live in memory only.
        await etcd.RestartAsync();

        await client.GetAsync(EtcdRange.Key("a"));
        (await client.PutAsync("a", Bytes("2"))).ShouldBe(before + 1);
    }

    [EtcdFact]
    public async Task WatchAsync_TokenForgottenByTheStore_ResumesWithANewOne()
    {
        await using var etcd = await StartWithAuthAsync();
        await using var client = ConnectAs(etcd, "root", "secret");
        await using var watch = new WatchProbe(client.WatchAsync(EtcdRange.Key("a"), WatchOptions.Default));
        await watch.NextAsync();

        await etcd.RestartAsync();
        await using var writer = ConnectAs(etcd, "root", "secret");
        var written = await writer.PutAsync("a", Bytes("2"));

        (await watch.NextAsync()).Revision.ShouldBe(written);
    }

    [EtcdFact]
    public async Task Calls_WrongPassword_FailAtOnceWithAHint()
    {
        await using var etcd = await StartWithAuthAsync();
        await using var client = ConnectAs(etcd, "root", "wrong");

        var failure = await Should.ThrowAsync<EtcdException>(client.PutAsync("a", Bytes("1")));

        (failure.Code, failure.OutcomeUnknown).ShouldBe((RpcStatusCode.InvalidArgument, false));
        failure.Hint.ShouldContain("check the user and the password");
    }

    [EtcdFact]
    public async Task Calls_WithoutUser_AreRefusedWithAHint()
    {
        await using var etcd = await StartWithAuthAsync();
        await using var client = Connect(etcd.Endpoint);

        var failure = await Should.ThrowAsync<EtcdException>(client.PutAsync("a", Bytes("1")));

        failure.OutcomeUnknown.ShouldBeFalse();
        failure.Hint.ShouldContain("requires a user");
    }

    [EtcdFact]
    public async Task WatchAsync_WithoutPermission_ThrowsInsteadOfTryingForever()
    {
        await using var etcd = await StartWithAuthAsync();
        await using var client = ConnectAs(etcd, "guest", "guest");
        await using var watch = new WatchProbe(client.WatchAsync(EtcdRange.Key("a"), WatchOptions.Default));

        var failure = await Should.ThrowAsync<EtcdException>(watch.NextAsync());

        failure.Code.ShouldBe(RpcStatusCode.PermissionDenied);
    }

    [EtcdFact]
    public async Task Calls_UserGivenButAuthOff_GoWithoutUntilItIsOn()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var client = ConnectAs(etcd, "root", "secret");
        await client.PutAsync("a", Bytes("1"));

        await EnableAuthAsync(etcd);

        await client.PutAsync("a", Bytes("2"));
    }

    private static async Task<EtcdProcess> StartWithAuthAsync()
    {
        var etcd = await EtcdProcess.StartNewAsync();
        await EnableAuthAsync(etcd);
        return etcd;
    }

    private static async Task EnableAuthAsync(EtcdProcess etcd)
    {
        await etcd.ControlAsync("user", "add", "root:secret");
        await etcd.ControlAsync("user", "add", "guest:guest");
        await etcd.ControlAsync("user", "grant-role", "root", "root");
        await etcd.ControlAsync("auth", "enable");
    }

    private static EtcdClient ConnectAs(EtcdProcess etcd, string user, string password) =>
        new(Options(etcd.Endpoint) with { User = user, Password = password });
}
