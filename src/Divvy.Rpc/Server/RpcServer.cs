using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Divvy.Rpc.Server;

/// <summary>The server of an application, with gRPC calls answered before they reach it. Until it is bound to handlers
/// there are no calls.</summary>
internal sealed class RpcServer(IServer server) : IServer
{
    private RpcDispatcher? dispatcher;

    public IFeatureCollection Features => server.Features;

    public RpcDispatcher? Dispatcher => Volatile.Read(ref dispatcher);

    /// <summary>Puts one before the server that the services name. Does nothing when there is one already.</summary>
    /// <exception cref="InvalidOperationException">The services name no server.</exception>
    public static void Decorate(IServiceCollection services)
    {
        if (services.Any(static service => service.ServiceType == typeof(RpcServer)))
            return;
        var server = services.LastOrDefault(static service => service.ServiceType == typeof(IServer))
            ?? throw new InvalidOperationException("no server to answer calls with: UseKestrel comes first");
        services.AddSingleton(provider => new RpcServer(Create(provider, server)));
        services.AddSingleton<IServer>(static provider => provider.GetRequiredService<RpcServer>());
    }

    /// <exception cref="InvalidOperationException">The server has handlers already.</exception>
    public void Bind(RpcDispatcher calls)
    {
        if (Interlocked.CompareExchange(ref dispatcher, calls, null) is not null)
            throw new InvalidOperationException("the server has gRPC handlers already: add to those");
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull =>
        server.StartAsync(new RpcApplication<TContext>(application, this), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    private static IServer Create(IServiceProvider provider, ServiceDescriptor server) => (IServer)(
        server.ImplementationInstance
        ?? server.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, server.ImplementationType!));
}
