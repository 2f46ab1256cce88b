using Divvy.Client.Etcd;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Streams;
using Divvy.Core.Identity;
using Divvy.Rpc;
using Divvy.Rpc.Sharding;

namespace Divvy.Coordination.Routing;

/// <summary>Sends routing tables: a snapshot no older than what the router has, then what changes.
/// Thread-safe.</summary>
internal sealed class RoutingPublisher(
    StoreMirror mirror,
    NamespaceLookup lookup,
    StreamSender sender,
    StreamLimit limit,
    CoordinationOptions options,
    TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, (RoutingSubscriber Subscriber, string Space)> subscribers = [];
    private long lastSubscriber;
    private readonly Func<StoreSnapshot> newest = () => mirror.Current;

    public int Count
    {
        get
        {
            lock (gate)
                return subscribers.Count;
        }
    }

    /// <summary>Runs on the mirror's loop. Whoever subscribed first is told first.</summary>
    public void Observe(MirrorUpdate update)
    {
        var changes = update.Changes.ToDictionary(change => change.Name, StringComparer.Ordinal);
        lock (gate)
        {
            foreach (var (subscriber, space) in subscribers.Values)
            {
                if (changes.TryGetValue(space, out var change))
                    subscriber.Observe(change);
            }
        }
    }

    public async ValueTask HandleAsync(
        WatchRoutingRequest request, IRpcWriter<RoutingUpdate> responses, RpcServerContext context)
    {
        using var place = limit.Enter();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, limit.Stopping);
        var subscriber = new RoutingSubscriber();
        var number = Interlocked.Increment(ref lastSubscriber);
        try
        {
            await CatchUpAsync(request, stop.Token).ConfigureAwait(false);
            lock (gate)
                subscribers.Add(number, (subscriber, request.Namespace));
            await SendAsync(subscriber, request.Namespace, responses, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.Stopping.IsCancellationRequested)
        {
            throw new RpcException(RpcStatusCode.Unavailable, $"server {options.ServerId} stops: carry on at another");
        }
        catch (EtcdException failure)
        {
            throw new RpcException(
                RpcStatusCode.Unavailable,
                $"server {options.ServerId} cannot reach its store: {failure.Message}", inner: failure);
        }
        finally
        {
            lock (gate)
                subscribers.Remove(number);
        }
    }

    private async Task CatchUpAsync(WatchRoutingRequest request, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.OpenTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await lookup.FindAsync(request.Namespace, both.Token).ConfigureAwait(false);
            await mirror.WaitForAsync(new Revision(request.KnownRevision), both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(
                RpcStatusCode.Unavailable,
                $"server {options.ServerId} has not caught up with revision {request.KnownRevision}:"
                    + " its store is behind or away");
        }
    }

    private async Task SendAsync(
        RoutingSubscriber subscriber,
        string space,
        IRpcWriter<RoutingUpdate> responses,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            await subscriber.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (subscriber.TryTake(newest, space) is { } update)
                await sender.SendAsync(responses, update, cancellationToken).ConfigureAwait(false);
        }
    }
}
