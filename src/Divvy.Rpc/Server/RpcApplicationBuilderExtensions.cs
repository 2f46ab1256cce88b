using Divvy.Rpc.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Divvy.Rpc.Server;

/// <summary>Gives a web application its gRPC handlers.</summary>
public static class RpcApplicationBuilderExtensions
{
    /// <summary>Serves gRPC calls (HTTP/2, <c>application/grpc</c>) from <paramref name="services"/>; every other
    /// request goes to the application. Calls are answered before the application's pipeline, so no middleware sees
    /// them, wherever this stands. Handlers may be added until the first request.</summary>
    /// <exception cref="InvalidOperationException">The application has gRPC handlers already, or its host was built
    /// without <see cref="RpcWebHostBuilderExtensions.ListenDual"/>.</exception>
    public static IApplicationBuilder UseRpc(
        this IApplicationBuilder app, RpcServices services, RpcServerOptions? options = null)
    {
        var provider = app.ApplicationServices;
        var server = provider.GetService<RpcServer>() ?? throw new InvalidOperationException(
            $"no port serves gRPC: call {nameof(RpcWebHostBuilderExtensions.ListenDual)} on the web host first");
        var stopping = provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? default;
        server.Bind(new RpcDispatcher(services, options ?? new(), stopping));
        return app;
    }
}
