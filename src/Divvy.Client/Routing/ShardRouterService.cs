using Microsoft.Extensions.Hosting;

namespace Divvy.Client.Routing;

/// <summary>Starts a router with its application; the container disposes it.</summary>
internal sealed class ShardRouterService(ShardRouter router) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        router.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
