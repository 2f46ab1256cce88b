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
    private readonly OwnStore? own;
    private readonly InProcessChannel? gateway;
    private readonly EtcdClient client;
    private readonly CoordinationServer coordination;

    private ServerHost(ServerSettings settings, WebApplication application, OwnStore? own)
    {
        (this.settings, this.application, this.own) = (settings, application, own);
        var loggers = application.Services.GetRequiredService<ILoggerFactory>();
        var services = new RpcServices();
        client = own is null
            ? new EtcdClient(
                new EtcdClientOptions { Endpoints = settings.Etcd!.Servers },
                logger: loggers.CreateLogger<EtcdClient>())
            : EtcdClient.InProcess(own.Channel, logger: loggers.CreateLogger<EtcdClient>());
        own?.Store.MapTo(services);
        coordination = new CoordinationServer(Options(settings), client, TimeProvider.System, loggers);
        coordination.MapTo(services);
        application.UseRpc(services);
        if (own is not null)
        {
            gateway = new InProcessChannel(services);
            // Both have /health: clients of etcd find etcd's where they connect, and operators theirs.
            application.UseEtcdFront(
                own.Store.CreateFront(services, gateway),
                port => port == settings.Listen.Port && port != settings.Http.Port,
                coordination.RenderMetrics);
        }
        coordination.MapAdmin(application);
        Logger = loggers.CreateLogger<ServerHost>();
    }

    /// <summary>Ends with the reason when the server cannot go on: its store's disk failed.</summary>
    public Task<Exception> Failed => own?.Store.Failed ?? new TaskCompletionSource<Exception>().Task;

    public ILogger Logger { get; }

    /// <summary>Opens the store, binds the ports, starts the loops and makes sure of the namespace, for which it waits
    /// as long as the store is away.
    /// <exception cref="CommandException">A port is in use, a setting cannot be, or the store cannot be opened.
    /// </exception></summary>
    public static async Task<ServerHost> StartAsync(ServerSettings settings, CancellationToken cancellationToken)
    {
        Options(settings);
        var application = Build(settings);
        var loggers = application.Services.GetRequiredService<ILoggerFactory>();
        var own = settings.Etcd is null ? await OwnStore.OpenAsync(settings, loggers, cancellationToken) : null;
        var host = new ServerHost(settings, application, own);
        try
        {
            await host.ListenAsync(cancellationToken);
            await host.coordination.StartAsync(cancellationToken);
            await host.WaitForStoreAsync(cancellationToken);
            if (settings.Namespace is { } name)
                await host.coordination.EnsureNamespaceAsync(name, settings.NamespaceConfig, cancellationToken);
            host.Logger.Ready(
                Options(settings).ServerId,
                string.Join(" and ", host.application.Urls.Distinct()),
                settings.Http.ToString(),
                settings.Etcd?.ToString() ?? $"the embedded store ({settings.Store.DataDirectory ?? "in memory"})");
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="CommandException">The store has stopped by itself.</exception>
    public void ThrowIfFailed()
    {
        if (Failed is { IsCompletedSuccessfully: true, Result: var failure })
        {
            throw new CommandException(
                ExitCode.Failed,
                $"the store has stopped because its disk failed: {failure.Message} Nothing that was acknowledged is"
                    + " lost; see to the disk, then start the server again.",
                failure);
        }
    }

    /// <summary>Ends the streams, whose sessions go on elsewhere, and gives leadership up; then the store's streams and
    /// the ports, letting requests in progress finish; what they use goes last.</summary>
    public async ValueTask DisposeAsync()
    {
        await coordination.StopAsync();
        if (own is not null)
            await own.Store.DisposeAsync();
        await application.StopAsync();
        await coordination.DisposeAsync();
        await client.DisposeAsync();
        if (gateway is not null)
            await gateway.DisposeAsync();
        if (own is not null)
            await own.DisposeAsync();
        await application.DisposeAsync();
    }

    /// <summary>Members of a cluster start one by one: until most of them are there, nobody can be served.</summary>
    private async Task WaitForStoreAsync(CancellationToken cancellationToken)
    {
        if (own?.Store is not { } store)
            return;
        if (settings.Store.OwnPeerUrls.Count > 0 && !store.Ready.IsCompleted)
            Logger.WaitsForCluster(store.MemberId, store.ClusterId);
        await Task.WhenAny(store.Ready, store.Failed).WaitAsync(cancellationToken);
        ThrowIfFailed();
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
        builder.WebHost.ListenDual(EndPoint(settings.Listen), settings.Tls?.Load()).ListenDual(EndPoint(settings.Http));
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
