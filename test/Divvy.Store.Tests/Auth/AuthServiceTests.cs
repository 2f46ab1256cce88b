using Divvy.Consensus.Auth;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Rpc.InProcess;
using Divvy.Store.Auth;
using Divvy.Store.Services;
using Divvy.Store.Tests.Conformance;

namespace Divvy.Store.Tests.Auth;

/// <summary>What the service adds to the core. What etcd does too is in
/// <see cref="AuthConformance{TServer}"/>.</summary>
public sealed class AuthServiceTests : IAsyncLifetime
{
    private readonly LoneMember member = new();
    private readonly PasswordHasher hasher = new(iterations: 10);
    private readonly InProcessChannel channel;
    private readonly AuthApi api;

    public AuthServiceTests()
    {
        var services = new RpcServices();
        var callers = new CallerResolver(member, member.Tokens, trustsCertificates: false);
        new AuthService(member, callers, hasher, () => new ResponseHeader { Revision = 1 })
            .MapTo(new GatedServices(services, new MemberGate(member, TimeSpan.MaxValue)));
        channel = new InProcessChannel(services);
        api = new AuthApi(channel);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await channel.DisposeAsync();
        hasher.Dispose();
    }

    [Fact]
    public async Task Authenticate_PasswordChangesMeanwhile_IsCheckedAgain()
    {
        await api.EnableAsync();
        member.BeforeApply = () => member.Change(new UserChangePasswordCommand("root", "pbkdf2-sha256$1$AAAA$AAAA"));

        await api.LoginAsync("root", "root-password")
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, AuthApi.AuthenticationFailed);

        member.Tokens.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Authenticate_AnotherUserIsAddedMeanwhile_Succeeds()
    {
        await api.EnableAsync();
        member.BeforeApply = () => member.Change(new UserAddCommand("someone", null));

        var token = await api.LoginAsync("root", "root-password");

        member.Tokens.Use(token).ShouldBe("root");
    }

    [Fact]
    public async Task Status_ForRoot_TellsTheRevision()
    {
        var root = await api.EnableAsync();

        var status = await root.CallAsync(EtcdMethods.AuthStatus, new AuthStatusRequest());

        status.Enabled.ShouldBeTrue();
        status.AuthRevision.ShouldBe((ulong)member.AuthRevision);
        await api.CallAsync(EtcdMethods.AuthStatus, new AuthStatusRequest())
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, AuthApi.UserNameEmpty);
    }

    [Fact]
    public async Task GrantPermission_WithoutOne_IsRefused()
    {
        await api.AddRoleAsync("r");

        await api.CallAsync(EtcdMethods.RoleGrantPermission, new AuthRoleGrantPermissionRequest { Name = "r" })
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: permission not given");
    }

    [Fact]
    public async Task AddUser_ByWhoMayNot_HashesAndProposesNothing()
    {
        await api.EnableAsync();
        var proposals = member.Proposals;

        await api.AddUserAsync("mallory", "m")
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, AuthApi.UserNameEmpty);

        member.Proposals.ShouldBe(proposals);
    }

    [Fact]
    public async Task AddUser_WithPassword_KeepsOnlyItsHash()
    {
        await api.AddUserAsync("alice", "secret");

        member.ReadAuth((auth, _) => auth.FindUser("alice")!.PasswordHash).ShouldStartWith("pbkdf2-sha256$10$");
    }
}
