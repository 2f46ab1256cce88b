using Divvy.Client.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Divvy.Client.AspNetCore;

/// <summary>Puts a shard host in front of an application's endpoints.</summary>
public static class ShardHostApplicationBuilderExtensions
{
    /// <summary>Lets requests to shards in where this instance owns them, and takes states handed over. Requests that
    /// name neither a shard nor a key pass. Comes before whatever answers requests to shards, and before
    /// compression.</summary>
    /// <param name="app">The application.</param>
    /// <param name="configure">How the key of a request is found.</param>
    public static IApplicationBuilder UseShardHost(
        this IApplicationBuilder app, Action<ShardMiddlewareOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.UseShardHost(app.ApplicationServices.GetRequiredService<ShardHost>(), configure);
    }

    /// <summary>The same, with a host that is not in the container.</summary>
    public static IApplicationBuilder UseShardHost(
        this IApplicationBuilder app, ShardHost host, Action<ShardMiddlewareOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(host);
        var options = new ShardMiddlewareOptions();
        configure?.Invoke(options);
        var handOvers = new HandOverEndpoint(host);
        return app.Use(next => new ShardHostMiddleware(next, host, options, handOvers).InvokeAsync);
    }
}
