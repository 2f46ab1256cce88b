using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Divvy.Rpc.Server;

/// <summary>
/// What Kestrel runs for each request. A call is answered here, on the features that Kestrel gives: it needs neither an
/// HttpContext nor a diagnostic activity, a log scope and a pass through middleware. Every other request goes to the
/// application behind this one, as if this were not there.
/// </summary>
internal sealed class RpcApplication<TContext>(IHttpApplication<TContext> next, RpcServer server)
    : IHttpApplication<RpcRequest<TContext>>
    where TContext : notnull
{
    public RpcRequest<TContext> CreateContext(IFeatureCollection contextFeatures)
    {
        if (server.Dispatcher is { } dispatcher && dispatcher.IsCall(contextFeatures, out var endpoint))
            return new(contextFeatures, dispatcher, endpoint);
        return new(contextFeatures, next.CreateContext(contextFeatures));
    }

    public Task ProcessRequestAsync(RpcRequest<TContext> context) =>
        context.Dispatcher is { } dispatcher
            ? dispatcher.InvokeAsync(context.Features, context.Endpoint)
            : next.ProcessRequestAsync(context.Other!);

    public void DisposeContext(RpcRequest<TContext> context, Exception? exception)
    {
        if (context.Dispatcher is null)
            next.DisposeContext(context.Other!, exception);
    }
}
