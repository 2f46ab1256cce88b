using Divvy.Rpc;
using Divvy.Rpc.Client;

namespace Divvy.Store.Tests.Conformance;

/// <summary>Three embedded members with data folders, behind three ports that the calls are spread over.</summary>
public sealed class ClusterServer : IStoreServer
{
    public const string Collection = "three members";

    private ServedCluster? cluster;
    private SpreadChannel? channel;

    public IRpcChannel Channel => channel ?? throw new InvalidOperationException("the members were not started");

    public IReadOnlyList<StoreHost> Members => cluster?.Members ?? [];

    public async Task InitializeAsync()
    {
        cluster = await ServedCluster.StartAsync();
        channel = new SpreadChannel([.. cluster.Members.Select(member => new HttpChannel(member.Address))]);
    }

    public async Task DisposeAsync()
    {
        if (channel is not null)
            await channel.DisposeAsync();
        if (cluster is not null)
            await cluster.DisposeAsync();
    }
}
