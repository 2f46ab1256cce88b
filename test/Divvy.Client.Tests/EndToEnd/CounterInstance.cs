using System.Collections.Concurrent;
using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Divvy.Client.Servers;
using Divvy.Core.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Divvy.Client.Tests.EndToEnd;

/// <summary>One instance of the counter service: Kestrel on a free port, the middleware, a host with a real clock.</summary>
internal sealed class CounterInstance : IAsyncDisposable
{
    private readonly WebApplication app;

    private CounterInstance(WebApplication app, ShardHost host, ConcurrentQueue<OwnershipEvent> journal)
    {
        this.app = app;
        Host = host;
        host.OwnershipChanged += journal.Enqueue;
    }

    public ShardHost Host { get; }

    public int OwnedShards => Host.Shards.Count(shard => shard.Role == ShardRole.Active && shard.Held == HeldState.Added);

    public static async Task<CounterInstance> StartAsync(
        string id, ServerChannels servers, ConcurrentQueue<OwnershipEvent> journal)
    {
        var handler = new CounterHandler();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var options = new ShardHostOptions
        {
            Namespace = "counters",
            InstanceId = id,
            Servers = [new Uri("http://127.0.0.1:1")],
        };
        var instance = new CounterInstance(app, new ShardHost(options, handler, servers), journal);
        app.UseRouting();
        app.UseShardHost(instance.Host, door => door.KeySelector = context => context.GetRouteValue("key") as string);
        app.MapPost("/count/{key}", (string key, HttpContext context) => handler.Increment(context.GetShard().Shard, key));
        await app.StartAsync();
        options.Address = new Uri(app.Urls.Single());
        await instance.Host.StartAsync();
        return instance;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await app.DisposeAsync();
    }
}
