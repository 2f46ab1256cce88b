using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Divvy.Client.Http;
using Divvy.Client.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Tests.EndToEnd;

/// <summary>The counter service as an application is written: everything by the container, servers over HTTP/2.</summary>
internal static class CounterApplication
{
    public static async Task<WebApplication> StartAsync(string id, Action<ShardHostOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddShardHost<CounterHandler>("counters", options =>
        {
            options.InstanceId = id;
            configure(options);
        });
        builder.Services.AddShardRouter("counters", options =>
        {
            var host = new ShardHostOptions();
            configure(host);
            options.Servers = host.Servers;
        });
        builder.Services.AddHttpClient("counters").AddShardRouting();
        var app = builder.Build();
        app.UseRouting();
        app.UseShardHost(options => options.KeySelector = context => context.GetRouteValue("key") as string);
        app.MapPost("/count/{key}", (string key, HttpContext context, CounterHandler counters) =>
            counters.Increment(context.GetShard().Shard, key));
        try
        {
            await app.StartAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public static HttpClient Client(WebApplication app) =>
        app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("counters");

    public static ShardHost Host(WebApplication app) => app.Services.GetRequiredService<ShardHost>();
}
