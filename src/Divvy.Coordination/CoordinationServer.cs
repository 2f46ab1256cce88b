using System.Diagnostics.Metrics;
using Divvy.Client.Etcd;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Control;
using Divvy.Coordination.Events;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Loads;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Routing;
using Divvy.Coordination.Sessions;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Streams;
using Divvy.Coordination.Telemetry;
using Divvy.Coordination.Timing;
using Divvy.Core.Assignment;
using Divvy.Rpc;
using Divvy.Telemetry.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination;

/// <summary>One server: carries sessions and routing streams, stands for election in every namespace, answers the admin
/// API. Servers share nothing but the store and never call each other; any of them can carry any session, and losing one
/// moves no shard. Made, mapped, started and stopped once. Thread-safe.</summary>
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
            throw new ArgumentException($"The coordination options are wrong: {string.Join(" ", errors)}", nameof(options));
        this.options = options;
        this.time = time ??= TimeProvider.System;
        loggers ??= Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;
        logger = loggers.CreateLogger<CoordinationServer>();
        collector = new MetricsCollector(meter => meter == metrics.Meter);
        var layout = new StoreLayout(options.Prefix);
        var departures = new Departures();
        var loads = new LoadBook();
        mirror = new StoreMirror(store, layout, time, loggers.CreateLogger<StoreMirror>());
        var committer = new StepCommitter(store, layout, time, options) { Committed = Count, Conflicted = metrics.Conflicts };
        steps = new StepQueue(committer);
        streams = new StreamLimit(options.MaxStreams);
        redistributions = new RedistributionTracker(time, metrics);
        lease = new ServerLease(store, options.ControllerTtl, time, logger);
        var sender = new StreamSender(options.SendTimeout, time);
        var lookup = new NamespaceLookup(store, layout, mirror);
        routing = new RoutingPublisher(mirror, lookup, sender, streams, options, time);
        sessions = new SessionService(
            new SessionServices
            {
                Store = store,
                Mirror = mirror,
                Lookup = lookup,
                Registrar = new SessionRegistrar(store, layout, options.ServerId),
                Steps = steps,
                Sender = sender,
                Loads = loads,
                Departures = departures,
                Redistributions = redistributions,
                Metrics = metrics,
                Time = time,
                Logger = loggers.CreateLogger<SessionService>(),
            },
            hub, streams, options);
        controllers = new ControllerHost(new ControllerServices
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
        var adminServices = new AdminServices
        {
            Options = options,
            Store = store,
            Layout = layout,
            Mirror = mirror,
            Committer = committer,
            Loads = loads,
            Sessions = hub,
            Routers = routing,
            Controllers = controllers,
            Time = time,
        };
        admin = new AdminEndpoints(adminServices);
        namespaces = new NamespaceAdmin(adminServices);
        AddGauges();
        mirror.Attach(Observe);
    }

    /// <summary>The state of the store as this server knows it.</summary>
    public StoreMirror Mirror => mirror;

    /// <summary>The meter of this server, for exporters.</summary>
    public Meter Meter => metrics.Meter;

    /// <summary>Binds the session and routing services. Before <see cref="StartAsync"/>.</summary>
    public void MapTo(RpcServices services) => services
        .Duplex(ShardingMethods.Session, sessions.HandleAsync)
        .ServerStream(ShardingMethods.WatchRouting, routing.HandleAsync);

    /// <summary>Maps the admin API, its OpenAPI document, <c>/health</c>, <c>/ready</c> and <c>/metrics</c>. The application
    /// needs <see cref="AdminServiceCollectionExtensions.AddAdminApi"/> among its services.</summary>
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

    /// <summary>Creates a namespace unless it exists, waiting for the store as long as needed.</summary>
    public async Task EnsureNamespaceAsync(string name, NamespaceConfig config, CancellationToken cancellationToken = default)
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

    private void Count(string space, IReadOnlyList<ShardStep> committed)
    {
        foreach (var step in committed)
            metrics.Step(space, step.Step.Kind);
    }

    private void AddGauges()
    {
        metrics.Gauge("divvy.sessions", "Instances that live, by namespace.", () =>
            PerNamespace(space => space.Instances.Count));
        metrics.Gauge("divvy.streams.sessions", "Session streams this server carries.", () =>
            [CoordinationMetrics.Measure(hub.Count)]);
        metrics.Gauge("divvy.streams.routers", "Routing streams this server carries.", () =>
            [CoordinationMetrics.Measure(routing.Count)]);
        metrics.Gauge("divvy.store.revision", "Revision of the store up to which this server has read.", () =>
            [CoordinationMetrics.Measure(mirror.Current.Revision.Value)]);
        metrics.Gauge("divvy.shards.unowned", "Shards without a live owner, by namespace.", () =>
            PerNamespace(space => space.Shards.Values.Count(
                shard => shard.Record.Owner is not { } owner || !space.IsLive(owner))));
        metrics.Gauge("divvy.shards", "Shards, by namespace and phase.", ShardsByPhase);
        metrics.Gauge("divvy.controller.leads", "1: this server leads the namespace.", () =>
        {
            var led = controllers.Led.ToHashSet(StringComparer.Ordinal);
            return PerNamespace(space => led.Contains(space.Name) ? 1 : 0);
        });
    }

    private IEnumerable<Measurement<long>> PerNamespace(Func<NamespaceSnapshot, long> value)
    {
        var snapshot = mirror.Current;
        return snapshot.Names.Select(name => CoordinationMetrics.Measure(
            value(snapshot.Get(name)), CoordinationMetrics.Tag("namespace", name)));
    }

    private IEnumerable<Measurement<long>> ShardsByPhase() =>
        from name in mirror.Current.Names
        let space = mirror.Current.Get(name)
        from phase in Enum.GetValues<ShardPhase>()
        select CoordinationMetrics.Measure(
            space.Shards.Values.Count(shard => shard.Record.Phase == phase),
            CoordinationMetrics.Tag("namespace", name),
            CoordinationMetrics.Tag("phase", NamespaceSettings.ToWord(phase)));

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
