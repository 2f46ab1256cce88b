using Divvy.TestKit;
using Divvy.TestKit.Node;

namespace Divvy.Rpc.Tests.Node;

/// <summary>The client of grpc-js calls the server of this project.</summary>
public sealed class NodeClientTests
{
    private static readonly NodeProject project = new("node");

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
        await Waiting.Until(
            () => server.Service.Ended.Contains((EchoMethods.Hang.Path, RpcStatusCode.Cancelled)), "a cancelled call");
        server.Service.LastMetadata!.ShouldNotContain(entry => entry.Key == "user-agent");
        server.Service.Failures.ShouldBeEmpty();
    }

    [NodeFact]
    public async Task Client_OverMutualTls_EveryCheckPasses()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("node");
        string[] files =
        [
            authority.WriteCertificate("ca.pem", authority.Certificate),
            authority.WriteCertificate("cert.pem", certificate),
            authority.WriteKey("key.pem", certificate),
        ];
        await using var server = await EchoServer.StartAsync(new()
        {
            ServerCertificate = authority.Issue("server"),
            ClientAuthorities = [authority.Certificate],
        });
        await RunAsync([$"localhost:{server.Address.Port}", .. files]);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        await using var node = await project.StartAsync("client.js", arguments);
        await node.WaitForLineAsync(line => line == "DONE", "the end of the checks");
        node.Lines.Where(line => line != "DONE").ShouldBe(Checks.Select(check => $"OK {check}"));
    }
}
