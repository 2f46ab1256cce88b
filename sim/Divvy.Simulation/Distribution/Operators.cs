using Divvy.Client.Etcd;
using Divvy.Coordination.Admin;
using Divvy.Coordination.Layout;
using Divvy.Core.Identity;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>What people do to a cluster: deploy, restart, scale, drain, cordon, move, pin. All of it is planned, so it
/// may fail no request by itself.</summary>
internal sealed class Operators(SimWorld world, DistributionCluster cluster, RunReport report)
{
    private const int FewestInstances = 2;
    private const int MostInstances = 14;

    /// <summary>Attempts, a second apart, to take back what was said of instances.</summary>
    private const int TakeBackTries = 60;

    /// <summary>Within which the removal of a namespace has to end, from when faults have ceased.</summary>
    private static readonly TimeSpan removedWithin = TimeSpan.FromSeconds(120);

    private readonly SimRandom random = world.Fork("operators");
    private readonly SimRandom patience = world.Fork("operators' patience");
    private int lastInstance = cluster.Instances.Count;
    private Meddler? meddler;
    private bool mayFail;

    /// <summary>Does one thing after the other until then, and ends what it has begun.</summary>
    /// <param name="until">In true time.</param>
    /// <param name="mayFail">Also what lets requests fail.</param>
    public async Task RunAsync(TimeSpan until, bool mayFail)
    {
        this.mayFail = mayFail;
        meddler ??= new Meddler(world, cluster, this);
        meddler.Begin();
        while (world.Now < until)
        {
            var pause = random.Exponential(cluster.Settings.OperationEvery);
            if (world.Now + pause >= until)
                break;
            await world.Delay(pause).ConfigureAwait(false);
            await DoAsync(random.Below(mayFail ? 26 : 23)).ConfigureAwait(false);
            if (random.Chance(cluster.Settings.Compacting))
                await CompactAsync().ConfigureAwait(false);
        }

        await meddler.EndAsync().ConfigureAwait(false);
    }

    /// <summary>Takes back all that was said of instances, again while there is some left: a server that has just
    /// started refuses.</summary>
    public async Task TakeBackAllAsync()
    {
        for (var tries = 0; cluster.Records.Statuses.Count > 0 && tries < TakeBackTries; tries++)
        {
            await TakeBackAsync().ConfigureAwait(false);
            await world.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
    }

    private async Task TakeBackAsync()
    {
        foreach (var instance in cluster.Records.Statuses.Keys.ToArray())
            await AskAsync($"take back the status of {instance}", Say(instance.Value, null)).ConfigureAwait(false);
    }

    private Task DoAsync(int choice) => choice switch
    {
        0 => DeployAsync(),
        1 or 2 or 3 => RestartInstanceAsync(),
        4 or 5 => ScaleUp(),
        6 or 7 => ScaleDownAsync(),
        8 => RestartServerAsync(),
        9 or 10 => WithInstance(name => AskAsync($"drain {name}", Say(name, OperatorStatus.Draining))),
        11 => WithInstance(name => AskAsync($"cordon {name}", Say(name, OperatorStatus.Cordoned))),
        12 or 13 => TakeBackAsync(),
        14 => WithShard(UnpinAsync),
        15 => WithShard(shard => WithInstance(name => PinAsync(shard, name))),
        20 or 21 or 22 => CompactAsync(),
        23 or 24 => DuplicateAsync(),
        25 => RecreateAsync(),
        _ => WithShard(shard => WithInstance(name => MoveAsync(shard, name))),
    };

    public Task PinAsync(string shard, string name) => AskAsync(
        $"pin {shard} to {name}",
        (admin, stop) => new ShardAdmin(admin).PinAsync(DistributionSettings.Space, shard, name, stop));

    public Task UnpinAsync(string shard) => AskAsync(
        $"unpin {shard}",
        (admin, stop) => new ShardAdmin(admin).UnpinAsync(DistributionSettings.Space, shard, stop));

    public Task MoveAsync(string shard, string name) => AskAsync(
        $"move {shard} to {name}",
        (admin, stop) => new ShardAdmin(admin).MoveAsync(DistributionSettings.Space, shard, name, stop));

    private static Func<AdminServices, CancellationToken, Task> Say(string instance, OperatorStatus? status) =>
        (admin, stop) => new InstanceAdmin(admin).SayAsync(DistributionSettings.Space, instance, status, stop);

    private List<InstanceNode> Idle() =>
        [.. cluster.Instances.Values.Where(node => node is { IsUp: true, IsBusy: false })];

    private async Task DeployAsync()
    {
        Note("deploy", "all instances");
        foreach (var instance in Idle())
            await ReplaceAsync(instance).ConfigureAwait(false);
    }

    private async Task RestartInstanceAsync()
    {
        if (Idle() is { Count: > 0 } idle)
            await ReplaceAsync(random.Pick(idle)).ConfigureAwait(false);
    }

    private async Task ReplaceAsync(InstanceNode instance)
    {
        if (!instance.IsUp || instance.IsBusy)
            return;
        await MakeRoomAsync(instance).ConfigureAwait(false);
        Note("restart", instance.Name);
        if (await StopAsync(instance).ConfigureAwait(false))
            cluster.StartInstance(instance.Name);
    }

    private Task ScaleUp()
    {
        if (cluster.Instances.Count < MostInstances)
        {
            var name = $"instance-{++lastInstance:d2}";
            Note("add", name);
            cluster.StartInstance(name);
        }

        return Task.CompletedTask;
    }

    private async Task ScaleDownAsync()
    {
        if (Idle() is not { Count: > FewestInstances } idle)
            return;
        var instance = random.Pick(idle);
        await MakeRoomAsync(instance).ConfigureAwait(false);
        Note("take away", instance.Name);
        if (await StopAsync(instance).ConfigureAwait(false))
            cluster.Forget(instance);
    }

    /// <summary>Whoever stops the last instance that takes shards fails requests by his own doing: he takes back first
    /// what was said of the others.</summary>
    private async Task MakeRoomAsync(InstanceNode leaving)
    {
        if (!Idle().Any(other => other != leaving && !cluster.Records.Statuses.ContainsKey(new InstanceId(other.Name))))
            await TakeBackAsync().ConfigureAwait(false);
    }

    /// <summary>False: it did not get there by itself; somebody else sees to it.</summary>
    private async Task<bool> StopAsync(InstanceNode instance)
    {
        instance.IsBusy = true;
        var stopping = instance.StopAsync();
        if (mayFail && patience.Chance(cluster.Settings.Impatience))
            await KillUnlessAsync(stopping, instance).ConfigureAwait(false);
        await stopping.ConfigureAwait(false);
        instance.IsBusy = false;
        return cluster.Instances.GetValueOrDefault(instance.Name) == instance;
    }

    /// <summary>As supervisors do with a process that does not end within its grace period.</summary>
    private async Task KillUnlessAsync(Task stopped, InstanceNode instance)
    {
        var grace = world.Delay(patience.Exponential(TimeSpan.FromSeconds(1)));
        if (await Task.WhenAny(stopped, grace).ConfigureAwait(false) == stopped || !instance.IsUp)
            return;
        Note("kill", instance.Name);
        cluster.Weather.Begin(isGrave: false);
        instance.Process.Crash();
        cluster.Weather.End(isGrave: false);
    }

    private async Task RestartServerAsync()
    {
        var up = cluster.Servers.Values.Where(server => server.IsUp).ToList();
        if (up.Count < 2)
            return;
        var server = random.Pick(up);
        Note("restart", server.Name);
        await server.StopAsync().ConfigureAwait(false);
        if (cluster.Servers[server.Name] == server)
            cluster.StartServer(server.Name);
    }

    /// <summary>Forgets the past of the store, up to what the spectator has seen. Whoever is behind that has to read
    /// everything anew.</summary>
    private Task CompactAsync()
    {
        var revision = cluster.Records.Seen;
        return AskAsync(
            $"compact the store at {revision}",
            (admin, stop) => admin.Store.CompactAsync(revision, physical: false, stop));
    }

    /// <summary>Starts a second process under the id of an instance that runs, and kills it later. What the first one
    /// owns stays its own as long as its session lives.</summary>
    private async Task DuplicateAsync()
    {
        if (Idle() is not { Count: > 0 } idle)
            return;
        var id = random.Pick(idle).Name;
        Note("start a second", id);
        cluster.Weather.Begin(isGrave: true);
        var twin = cluster.StartTwin(id);
        await world.Delay(random.Between(TimeSpan.Zero, cluster.Settings.SessionTtl * 2)).ConfigureAwait(false);
        twin.Process.Crash();
        cluster.Weather.End(isGrave: true);
    }

    /// <summary>Deletes the namespace with all its shards, and creates it again under its old name.</summary>
    private async Task RecreateAsync()
    {
        var records = cluster.Records;
        var (former, until) = (records.Namespace, world.Now + removedWithin);
        Note("make anew", "the namespace");
        cluster.Weather.Begin(isGrave: true);
        while (records.Namespace == former || records.Namespace == 0 || records.IsDeleting)
        {
            // Under faults that never cease nobody can promise an end.
            if (cluster.Weather.IsStormy)
                until = world.Now + removedWithin;
            if (world.Now > until)
            {
                report.Violated("everything works again", $"the namespace of revision {former} is still there");
                break;
            }

            if (records.Namespace == 0)
                await AskAsync("create the namespace", CreateAsync).ConfigureAwait(false);
            else if (!records.IsDeleting)
                await AskAsync("delete the namespace", DeleteAsync).ConfigureAwait(false);
            await world.Delay(TimeSpan.FromMilliseconds(200)).ConfigureAwait(false);
        }

        cluster.Weather.End(isGrave: true);
    }

    private Task CreateAsync(AdminServices admin, CancellationToken stop) => new NamespaceAdmin(admin).EnsureAsync(
        DistributionSettings.Space, cluster.Settings.Namespace, stop);

    private static Task DeleteAsync(AdminServices admin, CancellationToken stop) =>
        new NamespaceAdmin(admin).DeleteAsync(DistributionSettings.Space, stop);

    private async Task AskAsync(string what, Func<AdminServices, CancellationToken, Task> ask)
    {
        var up = cluster.Servers.Values.Where(server => server.IsUp).ToList();
        if (up.Count == 0)
            return;
        var server = random.Pick(up);
        Note("asks", $"{server.Name} to {what}");
        var limit = TimeSpan.FromSeconds(10);
        await server.RunAsync(async () =>
        {
            using var late = new CancellationTokenSource(limit, server.Process.Clock);
            try
            {
                await ask(server.Admin, late.Token).ConfigureAwait(false);
                report.Count("operators' wishes granted");
            }
            catch (Exception refused)
                when (refused is AdminException or EtcdException or OperationCanceledException)
            {
                report.Count("operators' wishes refused");
            }
        }).ConfigureAwait(false);
    }

    private Task WithInstance(Func<string, Task> act)
    {
        var live = cluster.Records.Instances.ToList();
        return live.Count == 0 ? Task.CompletedTask : act(random.Pick(live).Value);
    }

    private Task WithShard(Func<string, Task> act)
    {
        var shards = cluster.Records.Shards.Keys.ToList();
        return shards.Count == 0 ? Task.CompletedTask : act(random.Pick<ShardId>(shards).Value);
    }

    private void Note(string what, string whom)
    {
        report.Count("operations");
        world.Trace.Add(TraceKind.Client, "operator", $"{what} {whom}");
    }
}
