using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Divvy.Client.Hosting;

/// <summary>Runs a host with its application: registers once the server listens, and moves the shards away before the
/// server stops, because they are still served until then. Servers that are down do not keep the application from
/// starting: the host tries on and says so in the log.</summary>
internal sealed class ShardHostService(ShardHost host, ShardHostOptions options, IServiceProvider services)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        options.Address ??= ListeningAddress();
        host.Start();
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await host.DrainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The application may not wait any longer: what is left is given up below.
        }
        await host.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Uri ListeningAddress()
    {
        var addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        foreach (var text in addresses)
        {
            if (Uri.TryCreate(text, UriKind.Absolute, out var address) && !IsWildcard(address))
                return address;
        }
        throw new InvalidOperationException(
            $"Set Address of the shard host of namespace {options.Namespace}: where callers reach this instance"
                + $" cannot be told from what the server listens on ({string.Join(", ", addresses)}).");
    }

    private static bool IsWildcard(Uri address) => address.Host is "0.0.0.0" or "[::]" or "*" or "+";
}
