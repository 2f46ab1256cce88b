using Divvy.Rpc;
using Divvy.Rpc.Client;

namespace Divvy.Client.Servers;

/// <summary>The channels to the servers of one cluster. Any server carries any session and any routing stream, so hosts
/// and routers of one process share them: connections are multiplexed. Thread-safe. Disposing it ends their
/// calls.</summary>
public sealed class ServerChannels : IAsyncDisposable
{
    private readonly IReadOnlyList<IRpcChannel> channels;

    /// <param name="channels">At least one; disposed with this object.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ServerChannels(IReadOnlyList<IRpcChannel> channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        if (channels.Count == 0)
            throw new ArgumentException("at least one server is needed", nameof(channels));
        this.channels = channels;
    }

    public int Count => channels.Count;

    public IRpcChannel this[int index] => channels[index];

    /// <summary>Channels over HTTP/2. Nothing connects until it is used.</summary>
    /// <param name="servers">Base addresses such as <c>http://127.0.0.1:2379</c>; at least one.</param>
    /// <param name="options">TLS, limits and times; the defaults when null.</param>
    public static ServerChannels Connect(IEnumerable<Uri> servers, HttpChannelOptions? options = null) =>
        new([.. servers.Select(server => new HttpChannel(server, options))]);

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels)
            await channel.DisposeAsync().ConfigureAwait(false);
    }
}
