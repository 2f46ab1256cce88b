using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Divvy.Client.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Tests.AspNetCore;

/// <summary>A service on a real port behind the middleware, its host on virtual time with servers that the test plays.
/// </summary>
internal sealed class ServiceFixture : IAsyncDisposable
{
    private readonly WebApplication app;

    private ServiceFixture(WebApplication app, HostFixture hosting)
    {
        this.app = app;
        Hosting = hosting;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HostFixture Hosting { get; }

    public ShardHost Host => Hosting.Host;

    public HttpClient Client { get; }

    public string Address => Client.BaseAddress!.ToString().TrimEnd('/');

    /// <summary>What <c>/work</c> does.</summary>
    public Func<HttpContext, Task> Work { get; set; } = context => context.Response.WriteAsync("done");

    public static async Task<ServiceFixture> StartAsync(Action<ShardHostOptions>? configure = null)
    {
        var hosting = new HostFixture(configure: configure);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        ServiceFixture? fixture = null;
        app.UseRouting();
        app.UseShardHost(hosting.Host, options =>
            options.KeySelector = context => context.GetRouteValue("key") as string);
        app.MapGet("/generation/{key}", (HttpContext context) => context.GetShard().Generation.Value);
        app.MapGet("/work", (HttpContext context) => fixture!.Work(context));
        app.MapPost("/echo", (HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body));
        app.MapGet("/free", () => "free");
        await app.StartAsync();
        return fixture = new ServiceFixture(app, hosting);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Hosting.DisposeAsync();
        await app.DisposeAsync();
    }
}
