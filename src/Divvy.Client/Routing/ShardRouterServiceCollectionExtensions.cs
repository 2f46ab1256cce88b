using Divvy.Client.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Divvy.Client.Routing;

/// <summary>Puts routers into an application.</summary>
public static class ShardRouterServiceCollectionExtensions
{
    /// <summary>Follows the routing table of a namespace. The router is there as <see cref="ShardRouter"/> (the first
    /// one added) and under its namespace as a keyed service.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="space">The namespace: the sharded service's name on the servers.</param>
    /// <param name="configure">Sets at least <see cref="ShardRouterOptions.Servers"/>. Options are checked at the
    /// start, all errors at once.</param>
    public static IServiceCollection AddShardRouter(
        this IServiceCollection services, string space, Action<ShardRouterOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<ShardRouterOptions>(space)
            .Configure(options => options.Namespace = space)
            .Configure(configure)
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ShardRouterOptions>, ShardRouterOptionsValidator>());
        services.TryAddSingleton<ServerChannelCache>();
        services.AddKeyedSingleton(space, (provider, _) =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<ShardRouterOptions>>().Get(space);
            return new ShardRouter(
                options,
                provider.GetRequiredService<ServerChannelCache>().Get(options.Servers),
                logger: provider.GetRequiredService<ILogger<ShardRouter>>());
        });
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<ShardRouter>(space));
        services.AddSingleton<IHostedService>(provider =>
            new ShardRouterService(provider.GetRequiredKeyedService<ShardRouter>(space)));
        return services;
    }
}
