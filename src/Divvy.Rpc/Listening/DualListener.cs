using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Divvy.Rpc.Listening;

/// <summary>The connections of a shared port that speak one protocol.</summary>
internal sealed class DualListener(DualSocket socket, HttpProtocols protocol) : IConnectionListener
{
    public EndPoint EndPoint => socket.BoundEndPoint;

    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        socket.AcceptAsync(protocol, cancellationToken);

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) =>
        socket.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => socket.DisposeAsync();
}
