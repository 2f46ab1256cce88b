using Divvy.Rpc.Client;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Tests.Messages;
using Divvy.Rpc.Tls;
using Divvy.TestKit;

namespace Divvy.Rpc.Tests.Tls;

public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority authority = new();
    private readonly TestAuthority stranger = new();

    public void Dispose()
    {
        authority.Dispose();
        stranger.Dispose();
    }

    [Fact]
    public async Task Https_TrustedServer_ServesBothProtocols()
    {
        await using var server = await StartAsync();
        server.Address.Scheme.ShouldBe("https");
        await AssertCallAsync(server, new() { TrustedAuthorities = [authority.Certificate] });
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler) { BaseAddress = server.Address };
        (await http.GetStringAsync("/plain")).ShouldBe("HTTP/1.1");
    }

    [Fact]
    public async Task Https_ServerOfAStranger_IsUnavailable()
    {
        await using var server = await StartAsync();
        await AssertRefusedAsync(server, new() { TrustedAuthorities = [stranger.Certificate] });
        await AssertRefusedAsync(server, new());
    }

    [Fact]
    public async Task Https_ServerName_IsWhatTheCertificateMustCarry()
    {
        await using var server = await StartAsync();
        await AssertCallAsync(
            server, new() { TrustedAuthorities = [authority.Certificate], ServerName = "localhost" });
        await AssertRefusedAsync(
            server, new() { TrustedAuthorities = [authority.Certificate], ServerName = "other.example" });
    }

    [Fact]
    public async Task ClientCertificate_Required_IsSeenByTheHandler()
    {
        string? subject = null;
        await using var server = await StartAsync(authority);
        server.Service.Services.Unary(EchoMethods.Unbound, (_, context) =>
        {
            subject = context.ClientCertificate?.Subject;
            return new ValueTask<Pong>(new Pong());
        });
        using var certificate = authority.Issue("alice");
        await using var channel = new HttpChannel(
            server.Address,
            new() { TrustedAuthorities = [authority.Certificate], ClientCertificate = certificate });
        await channel.UnaryAsync(EchoMethods.Unbound, new Ping());
        subject.ShouldBe("CN=alice");
    }

    [Fact]
    public async Task ClientCertificate_MissingOrOfAStrangerOrOfAServer_IsUnavailable()
    {
        await using var server = await StartAsync(authority);
        using var strange = stranger.Issue("mallory");
        using var other = authority.Issue("server", forClients: false);
        await AssertRefusedAsync(server, new() { TrustedAuthorities = [authority.Certificate] });
        await AssertRefusedAsync(
            server, new() { TrustedAuthorities = [authority.Certificate], ClientCertificate = strange });
        await AssertRefusedAsync(
            server, new() { TrustedAuthorities = [authority.Certificate], ClientCertificate = other });
    }

    [Fact]
    public async Task PemFiles_WrittenAndRead_Work()
    {
        using var issued = authority.Issue("server");
        using var certificate = PemFiles.LoadCertificate(
            authority.WriteCertificate("cert.pem", issued), authority.WriteKey("key.pem", issued));
        await using var server = await EchoServer.StartAsync(new() { ServerCertificate = certificate });
        var trusted = PemFiles.LoadAuthorities(authority.WriteCertificate("ca.pem", authority.Certificate));
        await AssertCallAsync(server, new() { TrustedAuthorities = trusted });
    }

    [Fact]
    public void PemFiles_MissingOrNoPem_NameTheFile()
    {
        using var directory = new TempDirectory("tls");
        File.WriteAllText(directory.File("empty.pem"), "nothing");
        foreach (var path in new[] { directory.File("missing.pem"), directory.File("empty.pem") })
        {
            Should.Throw<InvalidOperationException>(() => PemFiles.LoadAuthorities(path)).Message.ShouldContain(path);
            Should.Throw<InvalidOperationException>(() => PemFiles.LoadCertificate(path, path))
                .Message.ShouldContain(path);
        }
    }

    private static async Task AssertCallAsync(EchoServer server, HttpChannelOptions options)
    {
        await using var channel = new HttpChannel(server.Address, options);
        (await channel.UnaryAsync(EchoMethods.Unary, new Ping { Text = "safe" })).Text.ShouldBe("safe");
    }

    private static async Task AssertRefusedAsync(EchoServer server, HttpChannelOptions options)
    {
        var before = server.Service.Ended.Count;
        await using var channel = new HttpChannel(server.Address, options);
        var failure = await Waiting.Failure(channel.UnaryAsync(EchoMethods.Unary, new Ping()), "the refusal");
        failure.Code.ShouldBe(RpcStatusCode.Unavailable);
        failure.Detail.ShouldContain(channel.Target);
        server.Service.Ended.Count.ShouldBe(before);
    }

    private Task<EchoServer> StartAsync(TestAuthority? clients = null) => EchoServer.StartAsync(new RpcListenOptions
    {
        ServerCertificate = authority.Issue("server"),
        ClientAuthorities = clients is null ? null : [clients.Certificate],
    });
}
