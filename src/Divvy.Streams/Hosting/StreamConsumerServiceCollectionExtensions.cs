using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Divvy.Streams.Hosting;

/// <summary>Puts consumers of Kinesis streams into an application.</summary>
public static class StreamConsumerServiceCollectionExtensions
{
    /// <summary>Makes the application a worker that reads streams: each shard it holds gets a processor from a scope of
    /// its own. It begins when the application has started and hands its shards over while it stops; the application
    /// must allow for that (<c>HostOptions.ShutdownTimeout</c>).</summary>
    /// <remarks>One worker for each type of processor; several types may read in one application. The worker can be had
    /// as the keyed service <see cref="StreamWorker"/> of key <c>typeof(TProcessor)</c>. Keyed services
    /// <see cref="IKinesisClient"/> and <see cref="ILeaseStore"/> of the same key, registered before, replace those
    /// that the options describe (tests).</remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets at least <see cref="StreamConsumerOptions.ApplicationName"/> and
    /// <see cref="StreamConsumerOptions.Streams"/>. Options are checked at the start, all errors at once.</param>
    /// <exception cref="InvalidOperationException">There is a worker for this type of processor already.</exception>
    public static IServiceCollection AddStreamConsumer<TProcessor>(
        this IServiceCollection services, Action<StreamConsumerOptions> configure)
        where TProcessor : class, IRecordProcessor
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var key = typeof(TProcessor);
        if (services.Any(service => service.ServiceType == typeof(StreamWorker) && Equals(service.ServiceKey, key)))
            throw new InvalidOperationException($"{key.Name} has a worker already: give all its streams to that one");
        var name = key.FullName ?? key.Name;
        services.AddOptions<StreamConsumerOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<StreamConsumerOptions>, StreamConsumerOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddScoped<TProcessor>();
        services.TryAddKeyedSingleton<IKinesisClient>(
            key, (provider, _) => new KinesisClient(Options(provider).Kinesis));
        services.AddKeyedSingleton(key, (provider, _) => CreateWorker(provider));
        services.AddSingleton<IHostedService>(
            provider => new StreamWorkerService(provider.GetRequiredKeyedService<StreamWorker>(key)));
        return services;

        StreamConsumerOptions Options(IServiceProvider provider) =>
            provider.GetRequiredService<IOptionsMonitor<StreamConsumerOptions>>().Get(name);

        StreamWorker CreateWorker(IServiceProvider provider)
        {
            var options = Options(provider);
            var kinesis = provider.GetRequiredKeyedService<IKinesisClient>(key);
            var time = provider.GetRequiredService<TimeProvider>();
            var loggers = provider.GetRequiredService<ILoggerFactory>();
            var scopes = provider.GetRequiredService<IServiceScopeFactory>();
            return new StreamWorker(
                options,
                provider.GetKeyedService<ILeaseStore>(key) ?? LeaseStores.Create(options, kinesis, time, loggers),
                kinesis,
                () => new ScopedProcessor<TProcessor>(scopes),
                time,
                loggers.CreateLogger<StreamWorker>());
        }
    }
}
