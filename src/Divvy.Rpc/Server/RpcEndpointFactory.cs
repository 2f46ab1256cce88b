using System.Collections.Frozen;
using Google.Protobuf;

namespace Divvy.Rpc.Server;

/// <summary>Binds the handlers of a server to HTTP, once.</summary>
internal sealed class RpcEndpointFactory(RpcServices services, RpcServerOptions options)
    : IRpcHandlerVisitor<RpcEndpoint>
{
    public FrozenDictionary<string, RpcEndpoint> Create() => services.Handlers.ToFrozenDictionary(
        static entry => entry.Key, entry => entry.Value.Accept(this), StringComparer.Ordinal);

    public RpcEndpoint Visit<TRequest, TResponse>(RpcHandler<TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new RpcEndpoint<TRequest, TResponse>(services, handler, options);
}
