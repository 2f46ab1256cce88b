using Divvy.Client.Etcd;
using Divvy.Rpc.Client;
using Divvy.TestKit;
using Divvy.TestKit.Etcd;
using static Divvy.Client.Tests.Etcd.TestClients;

namespace Divvy.Client.Tests.Etcd;

public sealed class EtcdTlsTests
{
    [EtcdFact]
    public async Task Calls_ServerCertificateOfATrustedAuthority_Pass()
    {
        using var authority = new TestAuthority();
        await using var etcd = await StartAsync(authority, requireClient: false);
        await using var client = Connect(etcd, new HttpChannelOptions { TrustedAuthorities = [authority.Certificate] });

        await client.PutAsync("a", Bytes("1"));

        (await client.GetAsync(EtcdRange.Key("a"))).First!.Text.ShouldBe("1");
    }

    [EtcdFact]
    public async Task Calls_ServerCertificateOfAnotherAuthority_FailWithoutBeingSent()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        await using var etcd = await StartAsync(authority, requireClient: false);
        await using var client = Connect(etcd, new HttpChannelOptions { TrustedAuthorities = [other.Certificate] });

        var failure = await Should.ThrowAsync<EtcdException>(client.PutAsync("a", Bytes("1")));

        failure.OutcomeUnknown.ShouldBeFalse();
        failure.Message.ShouldContain("certificate");
    }

    [EtcdFact]
    public async Task Calls_ServerWantsAClientCertificate_PassWithOneAndFailWithout()
    {
        using var authority = new TestAuthority();
        await using var etcd = await StartAsync(authority, requireClient: true);
        using var certificate = authority.Issue("client");
        await using var with = Connect(etcd, new HttpChannelOptions
        {
            TrustedAuthorities = [authority.Certificate],
            ClientCertificate = certificate,
        });
        await using var without = Connect(
            etcd, new HttpChannelOptions { TrustedAuthorities = [authority.Certificate] });

        (await with.PutAsync("a", Bytes("1"))).ShouldBeGreaterThan(1);
        await Should.ThrowAsync<EtcdException>(without.PutAsync("a", Bytes("2")));
    }

    private static async Task<EtcdProcess> StartAsync(TestAuthority authority, bool requireClient)
    {
        using var server = authority.Issue("server");
        return await EtcdProcess.StartNewAsync(new EtcdProcessOptions
        {
            CertificateFile = authority.WriteCertificate("server.pem", server),
            KeyFile = authority.WriteKey("server.key", server),
            TrustedCaFile = requireClient ? authority.WriteCertificate("ca.pem", authority.Certificate) : null,
        });
    }

    private static EtcdClient Connect(EtcdProcess etcd, HttpChannelOptions http) =>
        new(Options(etcd.Endpoint) with { Http = http, Timeout = TimeSpan.FromSeconds(2) });
}
