using System.Net.Security;
using Divvy.Store.Peers;
using Divvy.Store.Replication;
using Divvy.TestKit;

namespace Divvy.Store.Tests.Peers;

public sealed class PeerTlsTests : IDisposable
{
    private readonly TestAuthority authority = new();
    private readonly TestAuthority foreign = new();

    [Fact]
    public async Task Connect_BothWithCertificatesOfTheAuthority_Works()
    {
        await using var first = Host(1, authority);
        await using var second = Host(2, authority);
        first.Transport.SetPeers([second.Address]);
        (await first.Observer.NextConnectedAsync()).ShouldBe(second.Id);
        first.Transport.Send([PeerMessages.Append(second.Id, 1, 20, 30_000)]);
        (await second.Receiver.NextMessageAsync()).Entries.Length.ShouldBe(20);
        first.Transport.SendSnapshot(
            PeerMessages.Install(second.Id), new SnapshotBytes(PeerMessages.Bytes(1, 300_000)));
        (await first.Receiver.NextSentAsync()).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task Connect_WithACertificateOfAnotherAuthority_IsRefusedAndNamed()
    {
        await using var first = Host(1, authority);
        await using var stranger = Host(2, foreign, trusted: authority);
        stranger.Transport.SetPeers([first.Address]);
        (await first.Log.ContainingAsync("Refused")).ShouldContain("its certificate CN=m2 is not trusted");
        await stranger.Log.ContainingAsync("No connection to member m1 (1)");
        first.Receiver.HasMessages.ShouldBeFalse();
    }

    [Fact]
    public async Task Connect_ToAListenerOfAnotherAuthority_IsRefusedAndNamed()
    {
        await using var first = Host(1, authority);
        await using var stranger = Host(2, foreign);
        first.Transport.SetPeers([stranger.Address]);
        (await first.Log.ContainingAsync("No connection")).ShouldContain(
            $"the peer at {stranger.Transport.ListenUrls[0]} is not trusted: its certificate CN=m2 is not trusted");
    }

    [Fact]
    public async Task Connect_WithoutACertificate_IsRefusedAndNamed()
    {
        await using var host = Host(1, authority);
        using var raw = await RawPeer.ConnectAsync(host);
        using var secured = new SslStream(raw.Stream, false, (_, _, _, _) => true);
        try
        {
            await secured.AuthenticateAsClientAsync("127.0.0.1");
        }
        catch (IOException)
        {
            // Whether the refusal arrives inside the handshake depends on the version of TLS.
        }

        (await host.Log.ContainingAsync("Refused")).ShouldContain("it showed no certificate");
    }

    [Fact]
    public async Task Connect_InClearToATlsListener_IsRefusedOnBothSides()
    {
        await using var secure = Host(1, authority);
        await using var clear = new PeerHost(2);
        var url = new UriBuilder(secure.Transport.ListenUrls[0]) { Scheme = "http" }.Uri;
        clear.Transport.SetPeers([secure.AddressAt(url)]);
        await secure.Log.ContainingAsync("Refused");
        (await clear.Log.ContainingAsync("No connection")).ShouldContain($"the peer at {url}");
    }

    [Fact]
    public async Task AskAsync_WithTheAuthoritysCertificate_IsAnswered()
    {
        var known = new ClusterInformation(PeerHost.Cluster, new(1), []);
        await using var host = Host(1, authority, configure: options => options with { Information = () => known });
        var url = host.Transport.ListenUrls[0];
        (await ClusterInformation.AskAsync(url, Files("asker", authority, authority), default)).ClusterId
            .ShouldBe(PeerHost.Cluster);
        (await Should.ThrowAsync<PeerUnavailableException>(() => ClusterInformation.AskAsync(url, null, default)))
            .Message.ShouldContain("needs TLS");
    }

    [Fact]
    public void Construct_HttpsWithoutCertificate_SaysWhatIsMissing() =>
        Should.Throw<ArgumentException>(() => new PeerHost(1, scheme: "https")).Message
            .ShouldContain("needs a certificate, its key and a trusted authority");

    public void Dispose()
    {
        authority.Dispose();
        foreign.Dispose();
    }

    private static PeerHost Host(
        ulong id,
        TestAuthority issuer,
        TestAuthority? trusted = null,
        Func<PeerTransportOptions, PeerTransportOptions>? configure = null)
    {
        var files = Files($"m{id}", issuer, trusted ?? issuer);
        return new PeerHost(
            id, options => (configure?.Invoke(options) ?? options) with { Tls = files }, scheme: "https");
    }

    private static PeerTlsOptions Files(string name, TestAuthority issuer, TestAuthority trusted)
    {
        using var certificate = issuer.Issue(name);
        return new PeerTlsOptions
        {
            CertificatePath = issuer.WriteCertificate($"{name}.crt", certificate),
            KeyPath = issuer.WriteKey($"{name}.key", certificate),
            TrustedAuthorityPath = trusted.WriteCertificate($"{name}-trusts.crt", trusted.Certificate),
        };
    }
}
