using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Divvy.Rpc.Server;

/// <summary>Puts the handlers of a server into an ASP.NET Core pipeline.</summary>
public static class RpcApplicationBuilderExtensions
{
    /// <summary>Serves gRPC calls (HTTP/2, <c>application/grpc</c>) from <paramref name="services"/>; every other
    /// request goes on to what is mapped after it. Call it early: the fewer middlewares before it, the cheaper a call.
    /// Handlers may be added until the first request.</summary>
    public static IApplicationBuilder UseRpc(
        this IApplicationBuilder app, RpcServices services, RpcServerOptions? options = null)
    {
        var application = app.ApplicationServices.GetService<IHostApplicationLifetime>();
        return app.Use(next => new RpcMiddleware(next, services, options ?? new(), application).InvokeAsync);
    }
}
