using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Divvy.Consensus.Auth;
using Divvy.Consensus.Mvcc;
using Divvy.Rpc;
using Divvy.Store.Auth;
using Divvy.Store.Tests.Conformance;

namespace Divvy.Store.Tests.Auth;

public sealed class CallerResolverTests
{
    private static readonly PutOperation put = new("k"u8.ToArray(), "v"u8.ToArray());

    private readonly LoneMember member = new();
    private readonly CallerResolver callers;

    public CallerResolverTests() => callers = new CallerResolver(member, member.Tokens, trustsCertificates: true);

    [Theory]
    [InlineData("token")]
    [InlineData("authorization")]
    public async Task Resolve_Token_IsItsUserAsOfNow(string header)
    {
        Enable();
        var token = Authenticate("alice");

        var caller = await callers.ResolveAsync(new CallContext(null, (header, token)));

        caller.ShouldBe(new Caller("alice", member.AuthRevision));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("secret.0")]
    [InlineData("secret.-1")]
    public async Task Resolve_UnknownToken_IsRefusedWithoutAskingOthers(string token)
    {
        await callers.ResolveAsync(new CallContext(null, ("token", token))).AsTask()
            .ShouldBeRefusedAsync(RpcStatusCode.Unauthenticated, "etcdserver: invalid auth token");
        member.Barriers.ShouldBe(0);
    }

    [Fact]
    public async Task Resolve_TokenThatAnotherMemberGaveAMomentAgo_IsWaitedFor()
    {
        Enable();
        member.HoldBack(new AuthenticateCommand("alice", "secret", member.AuthRevision));
        var token = $"secret.{member.AppliedIndex + 1}";

        var caller = await callers.ResolveAsync(new CallContext(null, ("token", token)));

        caller.ShouldBe(new Caller("alice", member.AuthRevision));
    }

    [Fact]
    public async Task Resolve_Certificate_IsItsCommonName_WhereCertificatesAreChecked()
    {
        using var certificate = Certificate("O=people, CN=alice");
        var context = new CallContext(certificate);

        (await callers.ResolveAsync(context)).ShouldBe(new Caller("alice", member.AuthRevision));

        var blind = new CallerResolver(member, member.Tokens, trustsCertificates: false);
        (await blind.ResolveAsync(context)).ShouldBeNull();
        (await callers.ResolveAsync(new CallContext(null))).ShouldBeNull();
    }

    [Fact]
    public async Task Resolve_CertificateOfAGatewayOrWithoutName_IsNobody()
    {
        using var certificate = Certificate("CN=gateway");
        using var nameless = Certificate("O=people");

        (await callers.ResolveAsync(new CallContext(certificate, ("grpcgateway-accept", "*/*")))).ShouldBeNull();
        (await callers.ResolveAsync(new CallContext(nameless))).ShouldBeNull();
    }

    [Fact]
    public async Task Propose_UsersChangeMeanwhile_IsTriedAgainAsTheCallerIsThen()
    {
        Enable();
        var context = new CallContext(null, ("token", Authenticate("alice")));
        member.BeforeApply = () => member.Change(new RoleAddCommand("unrelated"));

        var result = await callers.ProposeAsync(put, context);

        result.ShouldBeOfType<PutResult>();
        member.Proposals.ShouldBe(2);
    }

    [Fact]
    public async Task Propose_RightsAreWithdrawnMeanwhile_IsDenied()
    {
        Enable();
        var context = new CallContext(null, ("token", Authenticate("alice")));
        member.BeforeApply = () => member.Change(new UserRevokeRoleCommand("alice", "r"));

        await callers.ProposeAsync(put, context).AsTask()
            .ShouldBeRefusedAsync(RpcStatusCode.PermissionDenied, "etcdserver: permission denied");
    }

    [Fact]
    public async Task Propose_UsersChangeEveryTime_EndsWithTheReason()
    {
        Enable();
        var context = new CallContext(null, ("token", Authenticate("alice")));
        var changes = 0;
        void ChangeAgain()
        {
            member.Change(new RoleAddCommand($"r{changes++}"));
            member.BeforeApply = ChangeAgain;
        }
        member.BeforeApply = ChangeAgain;

        await callers.ProposeAsync(put, context).AsTask()
            .ShouldBeRefusedAsync(RpcStatusCode.InvalidArgument, "etcdserver: revision of auth store is old");
        member.Proposals.ShouldBe(CallerResolver.MaxAttempts);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private void Enable() => member.Change(
        new UserAddCommand("root", "#"), new UserGrantRoleCommand("root", "root"),
        new UserAddCommand("alice", "#"), new RoleAddCommand("r"), new UserGrantRoleCommand("alice", "r"),
        new RoleGrantPermissionCommand(
            "r", new KeyPermission(PermissionKind.ReadWrite, "k"u8.ToArray(), default)),
        new AuthEnableCommand());

    private string Authenticate(string user) =>
        member.Apply(new AuthenticateCommand(user, "secret", member.AuthRevision)).Token!;
}
