using System.Globalization;
using Divvy.Client.AspNetCore;
using Divvy.Client.Hosting;
using Divvy.Client.Servers;
using Divvy.Cli.Output;
using Divvy.Cli.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Demo;

/// <summary>One demo instance: a shard host and, if it has a port, a web application that answers <c>/echo/{key}</c>
/// behind
/// the SDK's middleware.</summary>
internal sealed class DemoInstance : IAsyncDisposable
{
    /// <summary>The address of an instance that serves nothing: the discard port, where nobody answers.</summary>
    private const int NoPort = 9;

    private readonly WebApplication? web;
    private readonly int port;

    public DemoInstance(
        ClientSettings settings,
        string id,
        int? port,
        ServerChannels servers,
        IShardHandler handler,
        ILoggerFactory loggers)
    {
        this.port = port ?? NoPort;
        Host = new ShardHost(
            new ShardHostOptions
            {
                Namespace = settings.Namespace,
                Servers = [.. settings.Servers],
                InstanceId = id,
                Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{this.port}")),
                Zone = settings.Zone,
                Capacity = settings.Capacity,
                RegisterTimeout = settings.RegisterTimeout,
                DrainTimeout = settings.DrainTimeout,
                MaxConcurrentHandlers = 256,
            },
            handler,
            servers,
            logger: loggers.CreateLogger<ShardHost>());
        web = port is null ? null : Build(Host, port.Value, loggers);
    }

    public string Id => Host.InstanceId.Value;

    public ShardHost Host { get; }

    /// <summary>Begins to listen, warms up, then waits for a session.
    /// <exception cref="CommandException">The port is in use, the id is taken, or no server
    /// answers.</exception></summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (web is not null)
        {
            await ListenAsync(web, cancellationToken);
            await EchoEndpoint.WarmUpAsync(port, cancellationToken);
        }
        try
        {
            await Host.StartAsync(cancellationToken);
        }
        catch (ShardHostException failure)
        {
            throw new CommandException(
                failure.InstanceIdTaken ? ExitCode.Conflict : ExitCode.Unreachable, failure.Message, failure);
        }
    }

    /// <summary>Moves the shards away, closes the session, and stops listening, in this order.</summary>
    public async Task DrainAsync()
    {
        await Host.DrainAsync(CancellationToken.None);
        await Host.StopAsync(CancellationToken.None);
        if (web is not null)
            await web.StopAsync(CancellationToken.None);
    }

    /// <summary>Ends as if its process had been killed: says nothing, and stops listening.</summary>
    public async Task KillAsync()
    {
        Host.Kill();
        if (web is not null)
            await web.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        if (web is not null)
            await web.DisposeAsync();
    }

    private static WebApplication Build(ShardHost host, int port, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        var application = builder.Build();
        application.UseShardHost(
            host, options => options.KeySelector = context => context.GetRouteValue("key") as string);
        EchoEndpoint.Map(application, host);
        return application;
    }

    private async Task ListenAsync(WebApplication application, CancellationToken cancellationToken)
    {
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (IOException failure)
        {
            throw new CommandException(
                ExitCode.Conflict,
                $"{Id} cannot listen on 127.0.0.1:{port}: {failure.Message} Choose other ports with --http.",
                failure);
        }
    }
}
