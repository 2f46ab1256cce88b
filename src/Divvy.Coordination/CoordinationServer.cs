using System.Diagnostics.Metrics;
using Divvy.Client.Etcd;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Control;
using Divvy.Coordination.Events;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Listing;
using Divvy.Coordination.Loads;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Routing;
using Divvy.Coordination.Sessions;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Streams;
using Divvy.Coordination.Telemetry;
using Divvy.Coordination.Timing;
using Divvy.Rpc;
using Divvy.Telemetry.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Coordination;

/// <summary>One server: carries sessions and routing streams, stands for election in every namespace, answers the admin
/// API. Servers share nothing but the store and never call each other; any of them can carry any session, and losing
/// one moves no shard. Made, mapped, started and stopped once. Thread-safe.</summary>
public sealed class CoordinationServer : IAsyncDisposable
{
    private readonly CoordinationOptions options;
    private readonly ILogger<CoordinationServer> logger;
    private readonly StoreMirror mirror;
    private readonly ServerLease lease;
    private readonly StepQueue steps;
    private readonly ControllerHost controllers;
    private readonly StreamLimit streams;
    private readonly SessionService sessions;
    private readonly SessionHub hub = new();
    private readonly RoutingPublisher routing;
    private readonly RedistributionTracker redistributions;
    private readonly AdminEndpoints admin;
    private readonly NamespaceAdmin namespaces;
    private readonly ListingService listing;
    private readonly CoordinationMetrics metrics = new();
    private readonly MetricsCollector collector;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    /// <param name="options">Checked here.</param>
    /// <param name="store">The store; stays the caller's.</param>
    /// <param name="time">Clock of every wait and measurement.</param>
    /// <param name="loggers">Where logs go.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message lists everything.</exception>
    public CoordinationServer(
        CoordinationOptions options, IEtcdClient store, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        var errors = options.Validate();
        if (errors.Count > 0)
            throw new ArgumentException($"The coordination options are wrong: {string.Join(" ", errors)}");
        this.options = options;
        this.time = time ??= TimeProvider.System;
        loggers ??= NullLoggerFactory.Instance;
        logger = loggers.CreateLogger<CoordinationServer>();
        collector = new MetricsCollector(meter => meter == metrics.Meter);
        var layout = new StoreLayout(options.Prefix);
        mirror = new StoreMirror(store, layout, time, loggers.CreateLogger<StoreMirror>());
        var committer = new StepCommitter(store, layout, time, options)
        {
            Committed = (space, done) => done.ToList().ForEach(step => metrics.Step(space, step.Step.Kind)),
            Conflicted = metrics.Conflicts,
        };
        steps = new StepQueue(committer);
        streams = new StreamLimit(options.MaxStreams);
        redistributions = new RedistributionTracker(time, metrics);
        lease = new ServerLease(store, options.ControllerTtl, time, logger);
        var sender = new StreamSender(options.SendTimeout, time);
        var lookup = new NamespaceLookup(store, layout, mirror);
        routing = new RoutingPublisher(mirror, lookup, sender, streams, options, time);
        var sessionServices = new SessionServices
        {
            Store = store,
            Mirror = mirror,
            Lookup = lookup,
            Registrar = new SessionRegistrar(store, layout, options.ServerId),
            Steps = steps,
            Sender = sender,
            Loads = new LoadBook(),
            Departures = new Departures(),
            Redistributions = redistributions,
            Metrics = metrics,
            Time = time,
            Logger = loggers.CreateLogger<SessionService>(),
        };
        sessions = new SessionService(sessionServices, hub, streams, options);
        controllers = ControllersOf(store, layout, committer, sessionServices.Departures, loggers);
        var listed = new ListedShards(store, layout, mirror, lookup, committer);
        AdminServices = AdminOf(store, layout, committer, sessionServices.Loads, listed);
        admin = new AdminEndpoints(AdminServices);
        namespaces = new NamespaceAdmin(AdminServices);
        listing = new ListingService(listed, namespaces, mirror, metrics, options.ServerId);
        ServerGauges.AddTo(metrics, mirror, hub, routing, controllers);
        mirror.Attach(Observe);
    }

    /// <summary>The state of the store as this server knows it.</summary>
    public StoreMirror Mirror => mirror;

    /// <summary>What the admin API works with.</summary>
    internal AdminServices AdminServices { get; }

    /// <summary>The meter of this server, for exporters.</summary>
    public Meter Meter => metrics.Meter;

    /// <summary>What this server's meter recorded, in Prometheus' text format.</summary>
    public string RenderMetrics() => collector.Render();

    /// <summary>Binds the services of instances, routers and listed shards. Before <see cref="StartAsync"/>.</summary>
    public void MapTo(RpcServices services) => services
        .Duplex(ShardingMethods.Session, sessions.HandleAsync)
        .ServerStream(ShardingMethods.WatchRouting, routing.HandleAsync)
        .Unary(ShardingMethods.AddShards, listing.AddAsync)
        .Unary(ShardingMethods.ReadShards, listing.ReadAsync)
        .Unary(ShardingMethods.WriteShardState, listing.WriteAsync)
        .Unary(ShardingMethods.FinishShard, listing.FinishAsync)
        .Unary(ShardingMethods.ForgetShards, listing.ForgetAsync);

    /// <summary>Maps the admin API, its OpenAPI document, <c>/health</c>, <c>/ready</c> and <c>/metrics</c>. The
    /// application needs <see cref="AdminServiceCollectionExtensions.AddAdminApi"/> among its services.</summary>
    public void MapAdmin(IEndpointRouteBuilder endpoints)
    {
        admin.Map(endpoints);
        endpoints.MapMetrics(collector);
        endpoints.MapOpenApi("/openapi/{documentName}.json");
    }

    /// <summary>Starts the loops and returns; it does not wait for the store, which may be down.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        running = Task.WhenAll(
            SuperviseAsync("mirror", mirror.RunAsync),
            SuperviseAsync("step queue", steps.RunAsync),
            SuperviseAsync("controllers", controllers.RunAsync));
        logger.Started(options.ServerId);
        return Task.CompletedTask;
    }

    /// <summary>Creates a namespace unless it exists, waiting for the store as long as needed, and returns once this
    /// server sees it. One that exists stays as it is.</summary>
    public async Task EnsureNamespaceAsync(
        string name, NamespaceConfig config, CancellationToken cancellationToken = default)
    {
        var backoff = new Backoff(time);
        var failing = false;
        while (true)
        {
            try
            {
                await namespaces.EnsureAsync(name, config, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (EtcdException failure)
            {
                if (!failing)
                    logger.NamespaceWaits(name, failure.Message);
                failing = true;
                await backoff.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends every stream (their sessions go on elsewhere), gives up leadership, and stops.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (stopping.IsCancellationRequested)
            return;
        await streams.StopAsync().ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.WaitAsync(cancellationToken).ConfigureAwait(false);
        await lease.DisposeAsync().ConfigureAwait(false);
        logger.Stopped(options.ServerId);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        collector.Dispose();
        metrics.Dispose();
        streams.Dispose();
        stopping.Dispose();
    }

    private void Observe(MirrorUpdate update)
    {
        foreach (var change in update.Changes)
            redistributions.Observe(change);
        hub.Observe(update);
        routing.Observe(update);
        controllers.Observe(update);
    }

    private ControllerHost ControllersOf(
        IEtcdClient store,
        StoreLayout layout,
        StepCommitter committer,
        Departures departures,
        ILoggerFactory loggers) =>
        new(new ControllerServices
        {
            Options = options,
            Store = store,
            Layout = layout,
            Mirror = mirror,
            Lease = lease,
            Committer = committer,
            Removal = new NamespaceRemoval(store, layout, logger),
            History = new EventHistory(store, layout, options.MaxEvents),
            Departures = departures,
            Metrics = metrics,
            Time = time,
            Logger = loggers.CreateLogger<NamespaceController>(),
        });

    private AdminServices AdminOf(
        IEtcdClient store, StoreLayout layout, StepCommitter committer, LoadBook loads, ListedShards listed) =>
        new()
        {
            Options = options,
            Store = store,
            Layout = layout,
            Mirror = mirror,
            Committer = committer,
            Loads = loads,
            Listed = listed,
            Sessions = hub,
            Routers = routing,
            Controllers = controllers,
            Time = time,
        };

    private async Task SuperviseAsync(string name, Func<CancellationToken, Task> loop)
    {
        var backoff = new Backoff(time);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await loop(stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                logger.LoopFailed(failure, name);
                await backoff.WaitAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
