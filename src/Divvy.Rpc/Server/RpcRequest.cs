using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Rpc.Server;

/// <summary>A request on its way through an <see cref="RpcApplication{TContext}"/>: either a call, or a request of the
/// application behind it with that one's context.</summary>
internal readonly struct RpcRequest<TContext>
    where TContext : notnull
{
    public RpcRequest(IFeatureCollection features, RpcDispatcher dispatcher, RpcEndpoint? endpoint)
    {
        Features = features;
        Dispatcher = dispatcher;
        Endpoint = endpoint;
    }

    public RpcRequest(IFeatureCollection features, TContext other)
    {
        Features = features;
        Other = other;
    }

    public IFeatureCollection Features { get; }

    /// <summary>Who answers the call; null: the request is none.</summary>
    public RpcDispatcher? Dispatcher { get; }

    public RpcEndpoint? Endpoint { get; }

    public TContext? Other { get; }
}
