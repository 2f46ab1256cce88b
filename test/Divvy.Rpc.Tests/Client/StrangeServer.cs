using System.Net;
using Divvy.Rpc.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Divvy.Rpc.Tests.Client;

/// <summary>A server that answers every request with whatever a test says.</summary>
internal sealed class StrangeServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private StrangeServer(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    public static async Task<StrangeServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ListenDual(new IPEndPoint(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new StrangeServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
