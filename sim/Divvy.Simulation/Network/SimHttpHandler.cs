using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>What an HttpClient in a process sends through: requests go to the <see cref="SimHttpServer"/> of the host
/// in their address. The connection to a host is kept and shared; it fails as HttpClient's own do.</summary>
/// <param name="network">What it goes through.</param>
/// <param name="client">Whose it is.</param>
/// <param name="connectWithin">How long connecting may take.</param>
internal sealed class SimHttpHandler(SimNetwork network, SimProcess client, TimeSpan connectWithin)
    : HttpMessageHandler
{
    private readonly Dictionary<string, ClientConnection> connections = new(StringComparer.Ordinal);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sent = await SimHttpRequest.FromAsync(request, cancellationToken).ConfigureAwait(false);
        var exchange = new SimHttpExchange(network, Connect(request.RequestUri!.Host), sent);
        var response = await exchange.RunAsync(cancellationToken).ConfigureAwait(false);
        return response.ToMessage(request);
    }

    private ClientConnection Connect(string host)
    {
        if (connections.TryGetValue(host, out var known) && known.IsUsable)
            return known;
        return connections[host] = new ClientConnection(network, client, host, connectWithin);
    }
}
