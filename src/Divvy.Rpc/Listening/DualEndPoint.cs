using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Divvy.Rpc.Listening;

/// <summary>One of the two protocols of a shared port, as Kestrel sees it: an endpoint of its own.</summary>
internal sealed class DualEndPoint(DualSocket socket, HttpProtocols protocol)
    : IPEndPoint(socket.EndPoint.Address, socket.EndPoint.Port)
{
    public DualSocket Socket => socket;

    public HttpProtocols Protocol => protocol;
}
