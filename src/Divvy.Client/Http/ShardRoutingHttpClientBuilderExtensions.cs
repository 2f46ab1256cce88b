using Divvy.Client.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Divvy.Client.Http;

/// <summary>Routes an HttpClient's requests to shards.</summary>
public static class ShardRoutingHttpClientBuilderExtensions
{
    /// <summary>Sends requests to the owners of their shards, by the router of a namespace
    /// (<see cref="ShardRouterServiceCollectionExtensions.AddShardRouter"/>).</summary>
    /// <param name="builder">The client.</param>
    /// <param name="space">The namespace whose router to use; null: the first one added.</param>
    /// <param name="configure">Deadlines and retries.</param>
    public static IHttpClientBuilder AddShardRouting(
        this IHttpClientBuilder builder, string? space = null, Action<ShardRoutingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = builder.Services.AddOptions<ShardRoutingOptions>(builder.Name).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ShardRoutingOptions>, ShardRoutingOptionsValidator>());
        return builder.AddHttpMessageHandler(provider => new ShardRoutingHandler(
            space is null
                ? provider.GetRequiredService<ShardRouter>()
                : provider.GetRequiredKeyedService<ShardRouter>(space),
            provider.GetRequiredService<IOptionsMonitor<ShardRoutingOptions>>().Get(builder.Name)));
    }
}
