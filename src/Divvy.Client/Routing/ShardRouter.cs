using Divvy.Client.Servers;
using Divvy.Core.Identity;
using Divvy.Core.Routing;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Client.Routing;

/// <summary>Knows where each key is served: a table in memory, kept current by a stream from any server.</summary>
/// <remarks>Lookups read one immutable table and neither wait nor allocate. The table only ever moves forward (R16),
/// and is kept while every server is down: shards do not move then either, but for a crashed instance's.
/// Thread-safe.</remarks>
public sealed class ShardRouter : IAsyncDisposable
{
    private readonly ShardRouterOptions options;
    private readonly ServerChannels servers;
    private readonly TimeProvider time;
    private readonly Random dice;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource<RoutingTable> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private RoutingTable table = RoutingTable.Empty;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? running;
    private bool disposed;

    /// <param name="options">Checked here, all of them at once.</param>
    /// <param name="servers">Shared, not disposed by the router.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="logger">Null: nothing is logged.</param>
    /// <param name="dice">Where the jitter of pauses comes from; the system's when null.</param>
    /// <exception cref="ArgumentException">Options are wrong; the message names each.</exception>
    public ShardRouter(
        ShardRouterOptions options,
        ServerChannels servers,
        TimeProvider? time = null,
        ILogger<ShardRouter>? logger = null,
        Random? dice = null)
    {
        ArgumentNullException.ThrowIfNull(servers);
        if (ShardRouterOptionsValidator.Errors(options).ToList() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        this.options = options;
        this.servers = servers;
        this.time = time ?? TimeProvider.System;
        this.dice = dice ?? Random.Shared;
        this.logger = logger ?? NullLogger<ShardRouter>.Instance;
    }

    public string Namespace => options.Namespace;

    /// <summary>What is known now; empty before the first snapshot came.</summary>
    public RoutingTable Table => Volatile.Read(ref table);

    /// <summary>Where a key is served; null when no shard is known to cover it.</summary>
    public RouteEntry? Find(ReadOnlySpan<char> key) => Table.Find(key);

    /// <summary>Where a shard is served; null when it is unknown.</summary>
    public RouteEntry? Find(ShardId shard) => Table.Find(shard);

    /// <summary>Begins to follow the table and returns. Once.</summary>
    public void Start()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (running is not null)
                throw new InvalidOperationException($"the router of {options.Namespace} was started before");
            running = RunAsync(stopping.Token);
        }
    }

    /// <summary>The table, once the first snapshot has come.</summary>
    public Task<RoutingTable> WaitForTableAsync(CancellationToken cancellationToken = default) =>
        first.Task.WaitAsync(cancellationToken);

    /// <summary>Waits until the table is another one than the caller has seen.</summary>
    public async Task<RoutingTable> WaitForChangeAsync(RoutingTable seen, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task signal;
            lock (gate)
            {
                if (!ReferenceEquals(table, seen))
                    return table;
                signal = changed.Task;
            }
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes up what the answer to a misdirected request said, if it is newer than what is known.</summary>
    public void Learn(RouteEntry hint) => Update(current => current.WithNewer(hint));

    /// <summary>Stops following. The table stays.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
        }
        await stopping.CancelAsync().ConfigureAwait(false);
        if (running is not null)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        first.TrySetCanceled(CancellationToken.None);
        stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var rotation = new ServerRotation(servers, options.ReconnectMin, options.ReconnectMax, dice);
        string? lastFailure = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            var channel = rotation.Current;
            try
            {
                await FollowAsync(channel, rotation, cancellationToken).ConfigureAwait(false);
                lastFailure = null;
            }
            catch (RpcException failure)
            {
                if (lastFailure != failure.Detail)
                    logger.StreamLost(options.Namespace, channel.Target, Table.Revision.Value, failure.Message);
                lastFailure = failure.Detail;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // An update that cannot be read, or a mistake of ours: without its loop the router would stay as it is.
                logger.StreamFailed(failure, options.Namespace, channel.Target);
            }
            await Task.Delay(rotation.MoveOn(), time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(IRpcChannel channel, ServerRotation rotation, CancellationToken cancellationToken)
    {
        var request = new WatchRoutingRequest
        {
            Namespace = options.Namespace,
            KnownRevision = Table.Revision.Value,
        };
        var updates = channel.ServerStreamAsync(ShardingMethods.WatchRouting, request, null, cancellationToken);
        await foreach (var update in updates.ConfigureAwait(false))
        {
            ClientMetrics.RoutingUpdates.Add(1, new KeyValuePair<string, object?>("namespace", options.Namespace));
            rotation.Succeeded();
            Update(current => current.Apply(RoutingMessages.ToChange(update)));
            if (update.Snapshot)
                logger.TableReceived(options.Namespace, Table.Count, Table.Revision.Value, channel.Target);
            first.TrySetResult(Table);
        }
    }

    private void Update(Func<RoutingTable, RoutingTable> change)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            var next = change(table);
            if (ReferenceEquals(next, table))
                return;
            Volatile.Write(ref table, next);
            signal = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        signal.SetResult();
    }
}
