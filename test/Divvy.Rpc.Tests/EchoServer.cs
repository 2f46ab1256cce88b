using System.Net;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Divvy.Rpc.Tests;

/// <summary>The test service on a port of its own, with one plain HTTP endpoint beside it.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private EchoServer(WebApplication app, EchoService service)
    {
        this.app = app;
        Service = service;
        Address = new Uri(app.Urls.First());
    }

    public EchoService Service { get; }

    public Uri Address { get; }

    public static async Task<EchoServer> StartAsync(
        RpcListenOptions? listen = null, RpcServerOptions? options = null, int port = 0)
    {
        var service = new EchoService();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ListenDual(new IPEndPoint(IPAddress.Loopback, port), listen);
        var app = builder.Build();
        app.UseRpc(service.Services, options);
        app.MapGet("/plain", (HttpContext context) => context.Request.Protocol);
        await app.StartAsync();
        return new EchoServer(app, service);
    }

    public Task StopAsync(CancellationToken cancellationToken) => app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
