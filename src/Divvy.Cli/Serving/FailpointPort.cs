using System.Net;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Store.Failpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Serving;

/// <summary>The port where a test sets failpoints: of its own, so that no client of the store comes near
/// them.</summary>
internal static class FailpointPort
{
    /// <exception cref="CommandException">The port is in use.</exception>
    public static async Task<IAsyncDisposable> OpenAsync(
        ListenAddress address, FailpointRegistry registry, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(new IPEndPoint(address.Address, address.Port)));
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        var application = builder.Build();
        application.MapFailpoints(registry);
        try
        {
            await application.StartAsync(cancellationToken);
            return application;
        }
        catch (IOException failure)
        {
            await application.DisposeAsync();
            throw new CommandException(
                ExitCode.Conflict,
                $"cannot listen on {address} for failpoints: {failure.Message} Choose another with --failpoints.",
                failure);
        }
    }
}
