using System.Net;
using System.Net.Sockets;
using Divvy.Cli.Logging;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Client.Etcd;
using Divvy.Coordination;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Layout;
using Divvy.Rpc;
using Divvy.Rpc.InProcess;
using Divvy.Rpc.Listening;
using Divvy.Rpc.Server;
using Divvy.Store;
using Divvy.Store.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Serving;

/// <summary>A Divvy server in this process: the embedded store or a client of an etcd, coordination, and two ports
/// that
/// serve all of it over HTTP/1.1 and gRPC.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    /// <summary>How long requests in progress may take when the server stops.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    private readonly ServerSettings settings;
    private readonly WebApplication application;
    private readonly EmbeddedStore? store;
    private readonly IRpcChannel? channel;
    private readonly EtcdClient client;
    private readonly CoordinationServer coordination;

    private ServerHost(ServerSettings settings)
    {
        this.settings = settings;
        application = Build(settings);
        var loggers = application.Services.GetRequiredService<ILoggerFactory>();
        var services = new RpcServices();
        if (settings.Etcd is null)
        {
            store = new EmbeddedStore(new EmbeddedStoreOptions { AdvertiseClientUrls = [$"http://{settings.Listen}"] });
            store.MapTo(services);
            channel = new InProcessChannel(services);
            client = EtcdClient.InProcess(channel, logger: loggers.CreateLogger<EtcdClient>());
        }
        else
        {
            client = new EtcdClient(
                new EtcdClientOptions { Endpoints = settings.Etcd.Servers },
                logger: loggers.CreateLogger<EtcdClient>());
        }
        coordination = new CoordinationServer(Options(settings), client, TimeProvider.System, loggers);
        coordination.MapTo(services);
        application.UseRpc(services);
        if (store is not null)
        {
            // Both have /health: clients of etcd find etcd's where they connect, and operators theirs.
            application.UseEtcdFront(
                store.CreateFront(services, channel!),
                port => port == settings.Listen.Port && port != settings.Http.Port,
                coordination.RenderMetrics);
        }
        coordination.MapAdmin(application);
        Logger = loggers.CreateLogger<ServerHost>();
    }

    public ILogger Logger { get; }

    /// <summary>Binds the ports, starts the loops and makes sure of the namespace, for which it waits as long as the
    /// store
    /// is away.
    /// <exception cref="CommandException">A port is in use, or a setting cannot be.</exception></summary>
    public static async Task<ServerHost> StartAsync(ServerSettings settings, CancellationToken cancellationToken)
    {
        var host = new ServerHost(settings);
        try
        {
            await host.ListenAsync(cancellationToken);
            await host.coordination.StartAsync(cancellationToken);
            if (settings.Namespace is { } name)
                await host.coordination.EnsureNamespaceAsync(name, settings.NamespaceConfig, cancellationToken);
            host.Logger.Ready(
                Options(settings).ServerId,
                string.Join(" and ", host.application.Urls.Distinct()),
                settings.Http.ToString(),
                settings.Etcd?.ToString() ?? "the embedded store");
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the streams, whose sessions go on elsewhere, and gives leadership up; then the store's streams and
    /// the ports, letting requests in progress finish; what they use goes last.</summary>
    public async ValueTask DisposeAsync()
    {
        await coordination.StopAsync();
        if (store is not null)
            await store.DisposeAsync();
        await application.StopAsync();
        await coordination.DisposeAsync();
        await client.DisposeAsync();
        if (channel is not null)
            await channel.DisposeAsync();
        await application.DisposeAsync();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new CommandException(
                ExitCode.Conflict,
                $"cannot listen on {settings.Listen} and {settings.Http}: {failure.Message}"
                    + " Stop what holds the port ('ss -ltnp' says who), or choose others with --listen and --http.",
                failure);
        }
    }

    private static WebApplication Build(ServerSettings settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        LogSetup.Configure(builder.Logging, settings.LogLevel);
        builder.WebHost.ListenDual(EndPoint(settings.Listen)).ListenDual(EndPoint(settings.Http));
        builder.Services.AddAdminApi();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        return builder.Build();
    }

    private static CoordinationOptions Options(ServerSettings settings)
    {
        var options = new CoordinationOptions
        {
            ServerId = settings.Id ?? $"{Environment.MachineName}-{settings.Listen.Port}",
            Prefix = settings.Prefix,
            SessionTtl = settings.SessionTtl,
            ControllerTtl = settings.ControllerTtl,
        };
        if (settings.Namespace is { } name && !StoreLayout.IsName(name))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"--namespace '{name}' is not 1 to {StoreLayout.MaxNameLength} letters, digits, '-', '_', '.', ':'");
        }
        return options.Validate() is { Count: > 0 } errors
            ? throw new CommandException(ExitCode.Usage, string.Join(' ', errors))
            : options;
    }

    private static IPEndPoint EndPoint(ListenAddress address) => new(address.Address, address.Port);
}
