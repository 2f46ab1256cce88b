using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Divvy.Rpc.Listening;

/// <summary>Kestrel's socket transport for the two endpoints of a shared port. Other endpoints are left to the
/// transport Kestrel has anyway.</summary>
internal sealed class DualListenerFactory(IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory sockets = new(options, loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is DualEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(
        EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var dual = (DualEndPoint)endpoint;
        await dual.Socket.BindAsync(sockets, cancellationToken).ConfigureAwait(false);
        return new DualListener(dual.Socket, dual.Protocol);
    }
}
