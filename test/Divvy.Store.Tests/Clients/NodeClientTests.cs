using Divvy.TestKit;
using Divvy.TestKit.Node;

namespace Divvy.Store.Tests.Clients;

/// <summary>The official JavaScript clients, etcd3 and grpc-js, do everything they can.</summary>
public sealed class NodeClientTests
{
    private static readonly NodeProject project = new("clients/node");

    private static readonly string[] checks =
        ["put", "txn", "watch", "lease", "lock", "election", "auth", "maintenance", "grpc"];

    [NodeFact]
    public async Task Clients_OfADurableMember_EveryCheckPasses()
    {
        using var folder = new TempDirectory();
        await using var host = await StoreHost.StartAsync(new EmbeddedStoreOptions { DataDirectory = folder.Path });
        await RunAsync(host.Endpoint);
    }

    [NodeFact]
    public async Task Clients_OfThreeMembers_EveryCheckPasses()
    {
        await using var cluster = await ServedCluster.StartAsync();
        await RunAsync(cluster.Endpoints);
    }

    private static async Task RunAsync(string endpoints)
    {
        await using var node = await project.StartAsync("client.js", endpoints);
        await node.WaitForLineAsync(line => line == "DONE", "the end of the checks");
        node.Lines.ShouldBe([.. checks.Select(check => $"OK {check}"), "DONE"]);
    }
}
