using Divvy.Client.Etcd;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Routing;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.Stores;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>All processes of a run of the distributor: starts them, and starts them again.</summary>
internal sealed class DistributionCluster
{
    /// <summary>The host that sees everything and that no fault strikes.</summary>
    public const string Spectator = "spectator";

    private readonly SimWorld world;
    private readonly RunReport report;
    private readonly SimRandom clocks;
    private readonly SortedDictionary<string, ServerNode> servers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, InstanceNode> instances = new(StringComparer.Ordinal);
    private readonly List<CallerNode> callers = [];
    private readonly SessionBounds bounds;
    private readonly List<string> stores;
    private readonly List<string> serverNames = [];

    public DistributionCluster(
        SimWorld world, SimulationOptions options, DistributionSettings settings, RunReport report)
    {
        this.world = world;
        this.report = report;
        Settings = settings;
        clocks = world.Fork("clocks");
        Network = new SimNetwork(world)
        {
            HalfOpen = settings.HalfOpen,
            Distance = DistanceOf,
            Usual = LinkCondition.Draw(world.Fork("usual links")),
        };
        Weather = new Weather();
        Owners = new OwnershipBook(world, Weather, settings, report);
        Requests = new RequestBook(world, Weather, report);
        Records = new RecordBook(world, settings, report);
        var words = new WordBook(HeardBy, report);
        Records.Changed += (before, after) =>
        {
            var was = before.Record;
            if (was.Owner is { } former && former != after.Record.Owner && Records.IsLive(former))
                Owners.Passes(was.Shard, former, was.Generation);
            CheckPreparation(was, after.Record);
            words.Check(before, after.Record);
        };
        Records.Plans.IsCalm = () => Owners.Calm is not null;
        Sightings = new Sightings(world, Records);
        Sightings.Start();
        Store = new StoreCluster(world, Network, settings.Store, report, options.Members);
        bounds = new SessionBounds(world, LeftOf, report);
        Records.SessionEnded += bounds.Ended;
        bounds.Start();
        stores = [.. Store.Members.Select(member => member.Name)];
        Store.StartAll();
        for (var number = 1; number <= options.Servers; number++)
            serverNames.Add($"server-{number}");
        foreach (var name in serverNames)
            StartServer(name);
        new SpectatorNode(world.Start(Spectator), Network, stores, Records, report).Start();
        for (var number = 1; number <= options.Instances; number++)
            StartInstance($"instance-{number:d2}");
        for (var number = 1; number <= options.Clients; number++)
            StartCaller($"caller-{number}", static _ => null);
        for (var number = 1; number <= settings.Onlookers; number++)
            StartCaller($"onlooker-{number}", Records.ShardUnderWay);
    }

    public DistributionSettings Settings { get; }

    public SimNetwork Network { get; }

    public Weather Weather { get; }

    public OwnershipBook Owners { get; }

    public RequestBook Requests { get; }

    public RecordBook Records { get; }

    public Sightings Sightings { get; }

    /// <summary>Asked before a server sends a transaction, which waits for what is returned; null: for nothing.</summary>
    public Func<ServerNode, EtcdTxn, Task?>? BeforeTxn { get; set; }

    /// <summary>The newest life of each server.</summary>
    public IReadOnlyDictionary<string, ServerNode> Servers => servers;

    /// <summary>The newest life of each instance that was not taken away.</summary>
    public IReadOnlyDictionary<string, InstanceNode> Instances => instances;

    public IReadOnlyList<CallerNode> Callers => callers;

    public StoreCluster Store { get; }

    /// <summary>Who routes requests, and what each knows.</summary>
    public IEnumerable<(string Name, RoutingTable Table)> Routers =>
    [
        .. callers.Select(caller => (caller.Name, caller.Table)),
        .. instances.Values.Where(instance => instance is { IsUp: true, Table: not null })
            .Select(instance => (instance.Name, instance.Table!)),
    ];

    /// <summary>Everything that can be cut off, in one order.</summary>
    public IReadOnlyList<string> Hosts =>
        [.. stores, .. serverNames, .. instances.Keys, .. callers.Select(caller => caller.Name)];

    public ServerNode StartServer(string name)
    {
        var near = serverNames.IndexOf(name) % stores.Count;
        var server = new ServerNode(
            Start(name), Network, [.. stores[near..], .. stores[..near]], Settings,
            (one, txn) => BeforeTxn?.Invoke(one, txn), report);
        servers[name] = server;
        server.Start();
        return server;
    }

    public InstanceNode StartInstance(string name)
    {
        var instance = StartInstance(name, name);
        instances[name] = instance;
        return instance;
    }

    /// <summary>A second process under the id of an instance, as a deploy leaves behind that believes the first one
    /// dead. It is nobody's to restart.</summary>
    public InstanceNode StartTwin(string id) => StartInstance($"{id}-twin", id);

    /// <summary>An instance that has left does not come back.</summary>
    public void Forget(InstanceNode instance) => instances.Remove(instance.Name);

    /// <summary>Lets something happen after a span of true time.</summary>
    public void Schedule(TimeSpan delay, Action action) => world.Schedule(delay, action);

    private InstanceNode StartInstance(string process, string id)
    {
        var instance = new InstanceNode(Start(process), id, Network, serverNames, Settings, Owners, Requests, report);
        instance.Leaving += () => Sightings.Leaves(new SessionRef(new InstanceId(id), instance.Session));
        bounds.Add(instance);
        instance.Start();
        return instance;
    }

    private void StartCaller(string name, Func<SimRandom, ShardId?> interest)
    {
        var caller = new CallerNode(Start(name), Network, serverNames, Settings, interest, Requests, report);
        callers.Add(caller);
        caller.Start();
    }

    /// <summary>An owner is told to finish once the next one has prepared the shard, in this very attempt: a word of an
    /// earlier one counts for nothing (R7). With something broken it may have lost again what it prepared.</summary>
    private void CheckPreparation(ShardRecord before, ShardRecord after)
    {
        if (Owners.Calm is null || before.Phase != ShardPhase.Preparing || after.Phase != ShardPhase.Yielding)
            return;
        var next = instances.Values.FirstOrDefault(one => one.HasSession && one.Session == after.Next?.Session);
        if (next is not null && !next.Holds(after.Shard))
            report.Violated("preparations", $"{after.Shard} goes to {after.Next}, which has not prepared it");
    }

    /// <summary>What an instance has heard of a shard; null: its session is over, or it may have forgotten.</summary>
    private Revision? HeardBy(SessionRef session, ShardId shard) => Records.IsLive(session)
        ? instances.Values.FirstOrDefault(one => one.IsUp && one.Session == session.Session)?.Heard(shard)
        : null;

    /// <summary>How long the store goes on to count a session, in true time. Its leader counts; a former one may still
    /// believe that it does, but it has heard of no renewals since.</summary>
    private TimeSpan? LeftOf(SessionId session) =>
        Store.NewestLeader is { } leader && leader.Store!.LeftOf(session.Value) is { } left
            ? left / (1 + ((SimClock)leader.Process!.Clock).Drift)
            : null;

    /// <summary>How far two hosts are apart: most are near, some are far. The members of the store are next to each
    /// other, and the spectator is next to everybody.</summary>
    private TimeSpan DistanceOf(string from, string to)
    {
        var isNear = from == to || from == Spectator || to == Spectator
            || (stores.Contains(from) && stores.Contains(to));
        return isNear ? TimeSpan.Zero : Settings.Distance * Math.Pow(world.Fork($"{from} to {to}").Fraction(), 3);
    }

    private SimProcess Start(string name) => world.Start(name, Settings.Clock(clocks));
}
