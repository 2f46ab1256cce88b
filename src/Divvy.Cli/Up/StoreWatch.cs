using Divvy.Client.Etcd;

namespace Divvy.Cli.Up;

/// <summary>Asks the members of the store how they are, for the live table.</summary>
internal sealed class StoreWatch : IAsyncDisposable
{
    private static readonly TimeSpan timeout = TimeSpan.FromMilliseconds(400);

    private readonly IReadOnlyList<EtcdClient> clients;

    public StoreWatch(UpServers servers) => clients =
    [
        .. servers.Listen.Select(address => new EtcdClient(
            new EtcdClientOptions { Endpoints = [new Uri($"http://{address}")], Timeout = timeout })),
    ];

    /// <summary>One row a member, in the order they were started.</summary>
    public async Task<IReadOnlyList<StoreMemberRow>> LookAsync() =>
        await Task.WhenAll(clients.Select((client, at) => LookAsync(client, at + 1)));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    private static async Task<StoreMemberRow> LookAsync(EtcdClient client, int number)
    {
        var name = $"node-{number}";
        try
        {
            var status = await client.StatusAsync();
            var role = status.IsLeader ? "leader" : "follower";
            return new StoreMemberRow(name, role, status.Revision, client.Endpoints[0]);
        }
        catch (EtcdException)
        {
            return new StoreMemberRow(name, "gone", null, client.Endpoints[0]);
        }
    }
}
