using Divvy.Rpc.Tests.Tls;
using Divvy.TestKit;

namespace Divvy.Rpc.Tests.Node;

/// <summary>The client of grpc-js calls the server of this project.</summary>
public sealed class NodeClientTests
{
    private static readonly string[] Checks =
    [
        "unary", "metadata", "serverStream", "emptyStream", "clientStream", "duplex", "failure", "deadline", "cancel",
        "tooLarge", "gzip", "unknownMethod",
    ];

    [NodeFact]
    public async Task Client_EveryCheck_Passes()
    {
        await using var server = await EchoServer.StartAsync();
        await RunAsync(server.Address.Authority);
        await Waiting.Until(() => server.Service.Services.ActiveCalls == 0, "the end of all handlers");
        server.Service.Ended.ShouldContain((EchoMethods.Hang.Path, RpcStatusCode.Cancelled));
        server.Service.LastMetadata!.ShouldNotContain(entry => entry.Key == "user-agent");
        server.Service.Failures.ShouldBeEmpty();
    }

    [NodeFact]
    public async Task Client_OverMutualTls_EveryCheckPasses()
    {
        using var authority = new TestAuthority("the authority");
        using var directory = new TempDirectory("node-tls");
        using var certificate = authority.Client("node");
        string[] files = [directory.File("ca.pem"), directory.File("cert.pem"), directory.File("key.pem")];
        await File.WriteAllTextAsync(files[0], authority.Pem);
        await File.WriteAllTextAsync(files[1], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(files[2], TestAuthority.KeyPem(certificate));
        await using var server = await EchoServer.StartAsync(new()
        {
            ServerCertificate = authority.Server("localhost"),
            ClientAuthorities = authority.Certificates,
        });
        await RunAsync([$"localhost:{server.Address.Port}", .. files]);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        await using var node = await NodeProject.StartAsync("client.js", arguments);
        await node.WaitForLineAsync(line => line == "DONE", "the end of the checks");
        node.Lines.Where(line => line != "DONE").ShouldBe(Checks.Select(check => $"OK {check}"));
    }
}
