using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>What an HttpClient in a process sends through: requests go to the <see cref="SimHttpServer"/> of the host
/// in their address. The connection to a host is kept and shared. It fails as HttpClient's own do, which send again by
/// themselves what was sent over a connection of earlier and got no answer.</summary>
/// <param name="network">What it goes through.</param>
/// <param name="client">Whose it is.</param>
/// <param name="connectWithin">How long connecting may take.</param>
internal sealed class SimHttpHandler(SimNetwork network, SimProcess client, TimeSpan connectWithin)
    : HttpMessageHandler
{
    /// <summary>HttpClient's own limit.</summary>
    private const int MaxRetries = 3;

    private readonly Dictionary<string, ClientConnection> connections = new(StringComparer.Ordinal);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sent = await SimHttpRequest.FromAsync(request, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            var connection = Connect(request.RequestUri!.Host);
            var isReused = connection.HasCarried;
            try
            {
                var exchange = new SimHttpExchange(network, connection, sent);
                var response = await exchange.RunAsync(cancellationToken).ConfigureAwait(false);
                return response.ToMessage(request);
            }
            catch (HttpRequestException failure)
                when (isReused && !connection.IsUsable && failure.HttpRequestError == HttpRequestError.ResponseEnded
                    && attempt < MaxRetries)
            {
                // The other side closed it, perhaps long ago: HttpClient takes another one.
            }
        }
    }

    private ClientConnection Connect(string host)
    {
        if (connections.TryGetValue(host, out var known) && known.IsUsable)
            return known;
        return connections[host] = new ClientConnection(network, client, host, connectWithin);
    }
}
