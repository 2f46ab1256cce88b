using Divvy.Client.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Divvy.Client.Hosting;

/// <summary>Puts a shard host into an application.</summary>
public static class ShardHostServiceCollectionExtensions
{
    /// <summary>Makes the application an instance of a sharded service. The handler is a singleton. With ASP.NET Core,
    /// add <c>app.UseShardHost()</c>. One host an application.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="space">The namespace: the sharded service's name on the servers.</param>
    /// <param name="configure">Sets at least <see cref="ShardHostOptions.Servers"/>. Options are checked at the start,
    /// all errors at once.</param>
    public static IServiceCollection AddShardHost<THandler>(
        this IServiceCollection services, string space, Action<ShardHostOptions> configure)
        where THandler : class, IShardHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ServiceType == typeof(ShardHost)))
        {
            throw new InvalidOperationException(
                "an application has one shard host: run a second one in a process of its own");
        }
        services.AddOptions<ShardHostOptions>()
            .Configure(options => options.Namespace = space)
            .Configure(configure)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ShardHostOptions>, ShardHostOptionsValidator>();
        services.TryAddSingleton<ServerChannelCache>();
        services.TryAddSingleton<THandler>();
        services.TryAddSingleton<IShardHandler>(provider => provider.GetRequiredService<THandler>());
        services.AddSingleton(provider => new ShardHost(
            OptionsOf(provider),
            provider.GetRequiredService<IShardHandler>(),
            provider.GetRequiredService<ServerChannelCache>().Get(OptionsOf(provider).Servers),
            BootTimeProvider.Instance,
            provider.GetRequiredService<ILogger<ShardHost>>()));
        services.AddSingleton<IHostedService>(provider =>
            new ShardHostService(provider.GetRequiredService<ShardHost>(), OptionsOf(provider), provider));
        return services;
    }

    private static ShardHostOptions OptionsOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<ShardHostOptions>>().Value;
}
