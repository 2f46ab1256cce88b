using Divvy.Client.Etcd;
using Divvy.Histories.Leases;
using Divvy.Histories.Watching;
using Divvy.Rpc;
using Divvy.Simulation.Network;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>What all that takes part in one run of the store shares.</summary>
internal sealed class StoreRun
{
    private readonly SimWorld world;
    private readonly SimulationOptions options;
    private readonly RunReport report;

    public StoreRun(SimWorld world, SimulationOptions options, RunReport report)
    {
        (this.world, this.options, this.report) = (world, options, report);
        Shape = StoreShape.Draw(world.Fork("shape"));
        Network = new SimNetwork(world)
        {
            HalfOpen = world.Fork("machines").Pick([0, 0, 0.5, 1]),
            Distance = DistanceOf,
            Usual = LinkCondition.Draw(world.Fork("usual links")),
        };
        Cluster = new StoreCluster(world, Network, Shape, report, options.Members);
    }

    public SimWorld World => world;

    public RunReport Report => report;

    public SimulationOptions Options => options;

    public StoreShape Shape { get; }

    public SimNetwork Network { get; }

    public StoreHistory History { get; } = new();

    public LeaseChecker Leases { get; } = new(StoreClock.MaxDrift);

    public WatchChecker Watches { get; } = new();

    public StoreCluster Cluster { get; }

    /// <summary>Clients end what they do and begin nothing more.</summary>
    public bool IsOver { get; set; }

    /// <summary>Faults are over: what fails from now on has to work again within a bound.</summary>
    public bool IsHealed { get; set; }

    /// <summary>A channel from a process to one member.</summary>
    public IRpcChannel ChannelTo(SimProcess from, string member) => new SimChannel(Network, from, member);

    /// <summary>The production client, in a process, over all members in an order of its own.</summary>
    public EtcdClient ClientIn(SimProcess process, TimeSpan timeout)
    {
        var random = world.Fork($"endpoints of {process.Name}");
        List<Uri> endpoints = [.. Cluster.Members.Select(member => new Uri($"http://{member.Name}:2379"))];
        random.Shuffle(endpoints);
        return new EtcdClient(
            new EtcdClientOptions
            {
                Endpoints = endpoints,
                Channels = endpoint => ChannelTo(process, endpoint.Host),
                Timeout = timeout,
                Dice = new Random(random.Below(int.MaxValue)),
                WatchIdleTimeout = TimeSpan.FromSeconds(5),
            },
            process.Clock);
    }

    /// <summary>Waits for something that has to come about.</summary>
    /// <param name="what">In words: "a leader", for the violation if it does not.</param>
    /// <param name="isThere">Looks whether it has; null: yes, else what is missing.</param>
    public async Task RequireAsync(string what, Func<Task<string?>> isThere)
    {
        var until = world.Now + options.HealWithin;
        while (true)
        {
            if (await isThere().ConfigureAwait(false) is not { } missing)
                return;
            if (world.Now >= until)
            {
                report.Violated("liveness", $"{what} within {options.HealWithin.TotalSeconds:0} s: {missing}");
                return;
            }

            await world.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
        }
    }

    private TimeSpan DistanceOf(string from, string to)
    {
        var isFar = from != to && Cluster.AreMembers(from, to)
            && (from == Cluster.Members[^1].Name || to == Cluster.Members[^1].Name);
        return isFar ? Shape.Distance : TimeSpan.Zero;
    }
}
