using Divvy.Client.Etcd;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Layout;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>Has the server that plans stand still between its decision and its commit, which takes no time otherwise,
/// until another one may lead. Meanwhile operators say otherwise of the instances that the plan is about, so that the
/// successor plans something else: what the old plan would change is then as it was, and nothing but the server's loss
/// of its leadership stands against it.</summary>
internal sealed class Interruption(DistributionCluster cluster)
{
    /// <summary>Most of those that a plan meant shards for and that operators take out of service.</summary>
    private const int MostCordoned = 2;

    private static readonly StoreLayout layout = new();
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan afterwards = TimeSpan.FromSeconds(1);

    private readonly SimRandom random = cluster.Network.World.Fork("interruption");
    private Action? resume;
    private Task saying = Task.CompletedTask;
    private int wanted;

    private SimWorld World => cluster.Network.World;

    /// <summary>From now on it waits for plans; the result ends that. Null: there is nobody who could succeed.</summary>
    public Action? Begin()
    {
        if (cluster.Servers.Count < 2)
            return null;
        wanted++;
        cluster.BeforeTxn = StopBefore;
        return () => wanted--;
    }

    /// <summary>Whoever stands still goes on, and those who were taken out of service are put back, if their server
    /// takes that. Who was being emptied stays.</summary>
    public Task EndAsync()
    {
        resume?.Invoke();
        return saying;
    }

    /// <summary>The records of moves that a transaction would begin.</summary>
    internal static List<ShardRecord> MovesIn(EtcdTxn txn)
    {
        var moves = new List<ShardRecord>();
        foreach (var put in txn.Success.Select(operation => operation.Message.RequestPut).OfType<Rpc.Etcd.PutRequest>())
        {
            var key = layout.Parse(put.Key.ToStringUtf8());
            if (key.Kind == StoreKeyKind.Shard
                && StoreCodec.TryDecode(put.Value.Span, new ShardId(key.Name), out ShardRecord? record, out _)
                && record is { Phase: ShardPhase.Preparing, Next: not null })
                moves.Add(record);
        }

        return moves;
    }

    private Task? StopBefore(ServerNode server, EtcdTxn txn)
    {
        if (wanted == 0 || resume is not null || !saying.IsCompleted
            || server is not { Leads: true, Process: { IsPaused: false } process })
            return null;
        var begun = MovesIn(txn);
        if (begun.Count == 0 || !random.Chance(0.5))
            return null;
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        resume = GoOn;
        // As an event of its own: this is called in the middle of what the process does.
        World.Schedule(TimeSpan.Zero, StandStill);
        World.Schedule(cluster.Settings.ControllerTtl + random.Exponential(TimeSpan.FromSeconds(1)), GoOn);
        if (cluster.Servers.Values.FirstOrDefault(one => one.IsUp && one != server) is { } other)
            saying = SayOtherwiseAsync(other, begun, over.Task);
        return Task.Delay(TimeSpan.FromMilliseconds(1), process.Clock);

        void StandStill()
        {
            // Everything may have ended at this very instant: nobody would have it go on any more.
            if (!over.Task.IsCompleted)
                process.Pause();
        }

        void GoOn()
        {
            if (!over.TrySetResult())
                return;
            resume = null;
            process.Resume();
        }
    }

    /// <summary>Whoever was to be emptied is to stay, and who was to get shards gets none until a moment after the
    /// other server has gone on.</summary>
    private async Task SayOtherwiseAsync(ServerNode server, List<ShardRecord> moves, Task over)
    {
        var owners = moves.Select(record => record.Owner!.Value.Instance).Distinct().ToList();
        foreach (var owner in owners.Where(cluster.Records.Statuses.ContainsKey))
            await SayAsync(server, owner, null).ConfigureAwait(false);
        var targets = moves.Select(record => record.Next!.Value.Instance).Distinct().ToList();
        random.Shuffle(targets);
        foreach (var target in targets.Take(MostCordoned))
            await SayAsync(server, target, OperatorStatus.Cordoned).ConfigureAwait(false);
        await over.ConfigureAwait(false);
        await World.Delay(afterwards).ConfigureAwait(false);
        foreach (var target in targets.Take(MostCordoned))
            await SayAsync(server, target, null).ConfigureAwait(false);
    }

    private static Task SayAsync(ServerNode server, InstanceId instance, OperatorStatus? status) =>
        server.RunAsync(async () =>
        {
            using var late = new CancellationTokenSource(patience, server.Process.Clock);
            try
            {
                await new InstanceAdmin(server.Admin)
                    .SayAsync(DistributionSettings.Space, instance.Value, status, late.Token).ConfigureAwait(false);
            }
            catch (Exception refused)
                when (refused is AdminException or EtcdException or OperationCanceledException)
            {
                // Then operators say nothing: the server knows nothing of the instance, or does not reach its store.
            }
        });
}
