using Divvy.Client.Etcd;
using Divvy.Histories.KeyValue;
using Divvy.Histories.Watching;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Simulation.World;
using WatchRequest = Divvy.Rpc.Etcd.WatchRequest;
using WatchResponse = Divvy.Rpc.Etcd.WatchResponse;
using WatchSpec = Divvy.Histories.Watching.WatchRequest;

namespace Divvy.Simulation.Stores;

/// <summary>Has a few watches on one stream of one member and judges what comes over the wire: the client library
/// passes over what it has seen already and resumes by itself, so through it a server that repeats itself looks right.
/// It reads slowly at times, so that its watches fall behind, and asks for progress.</summary>
internal sealed class WireWatcher
{
    private readonly StoreRun run;
    private readonly SimRandom random;
    private readonly Dictionary<string, IRpcChannel> channels = [];

    public WireWatcher(StoreRun run, int number)
    {
        this.run = run;
        Process = run.World.Start($"listener-{number}");
        random = run.World.Fork(Process.Name);
    }

    public SimProcess Process { get; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var some = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var end = Process.Clock.CreateTimer(
                _ => EndEarly(some), null, random.Exponential(TimeSpan.FromSeconds(5)), Timeout.InfiniteTimeSpan);
            List<WatchHistory> watches = [];
            try
            {
                await WatchAsync(random.Pick(run.Cluster.Members).Name, watches, some.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is RpcException or OperationCanceledException)
            {
                // The member is gone, or it is time for another stream: what was heard until then counts.
            }

            watches.ForEach(static watch => watch.Ended());
            await Task.Delay(TimeSpan.FromMilliseconds(100), Process.Clock, CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Not once the faults are over: a watch that was open then has to go on by itself, or to be
    /// ended.</summary>
    private void EndEarly(CancellationTokenSource watching)
    {
        if (!run.IsHealed)
            watching.Cancel();
    }

    private async Task WatchAsync(string member, List<WatchHistory> watches, CancellationToken cancellationToken)
    {
        if (!channels.TryGetValue(member, out var channel))
            channels.Add(member, channel = run.ChannelTo(Process, member));
        var call = channel.Open(EtcdMethods.Watch, cancellationToken: cancellationToken);
        await using var owned = call.ConfigureAwait(false);
        for (var count = random.Between(1, 3); count > 0; count--)
        {
            var (create, spec) = Draw();
            watches.Add(run.Watches.Observe($"{Process.Name} at {member}, {spec.Range}", spec));
            await call.WriteAsync(new WatchRequest { CreateRequest = create }, cancellationToken).ConfigureAwait(false);
        }

        var created = new Queue<WatchHistory>(watches);
        var open = new Dictionary<long, WatchHistory>();
        var isSlow = random.Chance(0.5);
        while (await call.ReadAsync(cancellationToken).ConfigureAwait(false) is { } response)
        {
            Take(response, created, open);
            if (open.Count == 0 && created.Count == 0)
                return;
            if (random.Chance(0.05))
            {
                await call.WriteAsync(
                    new WatchRequest { ProgressRequest = new WatchProgressRequest() }, cancellationToken)
                    .ConfigureAwait(false);
            }

            if (isSlow && !run.IsOver && random.Chance(0.1))
            {
                await Task.Delay(random.Exponential(TimeSpan.FromMilliseconds(300)), Process.Clock, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private (WatchCreateRequest Create, WatchSpec Spec) Draw()
    {
        var prefix = random.Pick(["", "k", "k1", "lease/"]);
        var range = EtcdRange.Prefix(prefix);
        var spec = new WatchSpec(
            prefix.Length == 0 ? KeyRange.All : KeyRange.Prefix(prefix),
            random.Chance(0.5) ? 0 : 1 + random.Below((int)Math.Max(1, run.History.Log.Last)),
            WithPrevious: random.Chance(0.5),
            NoPut: random.Chance(0.1),
            NoDelete: random.Chance(0.1));
        var create = new WatchCreateRequest
        {
            Key = range.Start,
            RangeEnd = range.End,
            StartRevision = spec.StartRevision,
            PrevKv = spec.WithPrevious,
            ProgressNotify = random.Chance(0.5),
        };
        if (spec.NoPut)
            create.Filters.Add(WatchCreateRequest.Types.FilterType.Noput);
        if (spec.NoDelete)
            create.Filters.Add(WatchCreateRequest.Types.FilterType.Nodelete);
        return (create, spec);
    }

    /// <summary>Creations are answered in the order in which they were asked for.</summary>
    private void Take(WatchResponse response, Queue<WatchHistory> created, Dictionary<long, WatchHistory> open)
    {
        var revision = response.Header.Revision;
        run.World.Trace.Add(
            TraceKind.Client,
            Process.Name,
            revision ^ (response.WatchId << 48),
            () => $"watch {response.WatchId}: {response.Events.Count} events, revision {revision}");
        if (response.Created)
        {
            var watch = created.Dequeue();
            watch.Created(revision);
            if (response.Canceled)
                watch.Ended();
            else
                open.Add(response.WatchId, watch);
            return;
        }

        if (response.Canceled)
        {
            if (open.Remove(response.WatchId, out var gone))
                gone.Ended();
            return;
        }

        run.Report.Count("watch messages");
        var heard = ToHeard(response);
        if (response.WatchId >= 0)
        {
            if (open.TryGetValue(response.WatchId, out var watch))
                watch.Received(heard);
            return;
        }

        foreach (var watch in open.Values)
            watch.Received(heard);
    }

    private Histories.Watching.WatchResponse ToHeard(WatchResponse response) => new(
        run.World.Now,
        [.. response.Events.Select(ToWatched)],
        response.Events.Count == 0 ? response.Header.Revision : 0,
        response.Fragment);

    private static WatchedEvent ToWatched(Event change) => new(
        change.Type == Event.Types.EventType.Delete
            ? StoreEvent.Delete(change.Kv.Key.ToStringUtf8(), change.Kv.ModRevision)
            : StoreEvent.Put(StoreHistory.ToRecord(change.Kv)),
        change.PrevKv is { } before ? StoreHistory.ToRecord(before) : null);
}
