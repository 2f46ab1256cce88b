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
        Network = new SimNetwork(world) { HalfOpen = settings.HalfOpen };
        Weather = new Weather();
        Owners = new OwnershipBook(world, Weather, settings, report);
        Requests = new RequestBook(world, Weather, report);
        Records = new RecordBook(world, settings, report);
        Store = new StoreCluster(world, Network, settings.Store, report, options.Members);
        bounds = new SessionBounds(world, Store, report);
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
            StartCaller($"caller-{number}");
    }

    public DistributionSettings Settings { get; }

    public SimNetwork Network { get; }

    public Weather Weather { get; }

    public OwnershipBook Owners { get; }

    public RequestBook Requests { get; }

    public RecordBook Records { get; }

    /// <summary>The newest life of each server.</summary>
    public IReadOnlyDictionary<string, ServerNode> Servers => servers;

    /// <summary>The newest life of each instance that was not taken away.</summary>
    public IReadOnlyDictionary<string, InstanceNode> Instances => instances;

    public IReadOnlyList<CallerNode> Callers => callers;

    public StoreCluster Store { get; }

    /// <summary>Everything that can be cut off, in one order.</summary>
    public IReadOnlyList<string> Hosts =>
        [.. stores, .. serverNames, .. instances.Keys, .. callers.Select(caller => caller.Name)];

    public ServerNode StartServer(string name)
    {
        var near = serverNames.IndexOf(name) % stores.Count;
        var server = new ServerNode(
            Start(name), Network, [.. stores[near..], .. stores[..near]], Settings, report);
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

    private InstanceNode StartInstance(string process, string id)
    {
        var instance = new InstanceNode(Start(process), id, Network, serverNames, Settings, Owners, report);
        bounds.Add(instance);
        instance.Start();
        return instance;
    }

    private void StartCaller(string name)
    {
        var caller = new CallerNode(Start(name), Network, serverNames, Settings, Requests, report);
        callers.Add(caller);
        caller.Start();
    }

    private SimProcess Start(string name) => world.Start(name, Settings.Clock(clocks));
}
