using Divvy.Simulation.Faults;
using Divvy.Simulation.Network;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>What can go wrong with the processes and links of a cluster.</summary>
internal sealed class DistributionFaults(DistributionCluster cluster) : IFaultTarget
{
    private const string Instances = "instance";

    private readonly SortedDictionary<int, Action> lasting = [];

    private SimNetwork Network => cluster.Network;

    /// <inheritdoc/>
    public (string Text, Action Heal)? Strike(Fault fault)
    {
        if (Hit(fault) is not { } struck)
            return null;
        var isGrave = fault.Kind != FaultKind.Crash || !struck.Text.StartsWith(Instances, StringComparison.Ordinal);
        cluster.Weather.Begin(isGrave);
        lasting.Add(fault.Number, () =>
        {
            struck.Heal();
            cluster.Weather.End(isGrave);
        });
        return (struck.Text, () => Heal(fault.Number));
    }

    /// <summary>Ends what lasts.</summary>
    public void HealAll()
    {
        foreach (var number in lasting.Keys.ToArray())
            Heal(number);
    }

    private void Heal(int number)
    {
        if (lasting.Remove(number, out var heal))
            heal();
    }

    private (string Text, Action Heal)? Hit(Fault fault) => fault.Kind switch
    {
        FaultKind.Crash => Crash(Nodes(), fault.Target),
        FaultKind.PowerCut => PowerCut(fault),
        FaultKind.Pause => Pause(fault),
        FaultKind.Drift => Drift(fault),
        FaultKind.Isolate => Part([Host(fault.Target)], Others(Host(fault.Target)), oneWay: false),
        FaultKind.Split => Split(fault),
        FaultKind.OneWay => Part([Host(fault.Target)], [Other(fault)], oneWay: true),
        FaultKind.Cut => Part([Host(fault.Target)], [Other(fault)], oneWay: false),
        FaultKind.BadNetwork => Spoil(fault),
        FaultKind.Clog => Clog(fault),
        _ => null,
    };

    private List<Node> Nodes() =>
        [.. cluster.Servers.Values.Where(node => node.IsUp), .. cluster.Instances.Values.Where(node => node.IsUp)];

    private string Host(int target) => cluster.Hosts[target % cluster.Hosts.Count];

    private string[] Others(string host) => [.. cluster.Hosts.Where(other => other != host)];

    private string Other(Fault fault)
    {
        var others = Others(Host(fault.Target));
        return others[fault.Other % others.Length];
    }

    private (string, Action)? Crash(IReadOnlyList<Node> from, int target)
    {
        if (from.Count == 0)
            return null;
        var node = from[target % from.Count];
        node.Process.Crash();
        return (node.Name, () => Restart(node));
    }

    private void Restart(Node node)
    {
        if (node is ServerNode && cluster.Servers[node.Name] == node)
            cluster.StartServer(node.Name);
        else if (node is InstanceNode && cluster.Instances.GetValueOrDefault(node.Name) == node)
            cluster.StartInstance(node.Name);
    }

    private (string, Action)? PowerCut(Fault fault)
    {
        List<Node> all = Nodes();
        var hit = all.Where((_, number) => (number + fault.Target) % 3 != 0).ToList();
        foreach (var node in hit)
            node.Process.Crash();
        return (string.Join(", ", hit.Select(node => node.Name)), () => hit.ForEach(Restart));
    }

    private (string, Action)? Pause(Fault fault)
    {
        List<Node> all = Nodes();
        if (all.Count == 0)
            return null;
        var process = all[fault.Target % all.Count].Process;
        if (process.IsPaused)
            return null;
        process.Pause();
        return (process.Name, process.Resume);
    }

    private (string, Action)? Drift(Fault fault)
    {
        List<Node> all = Nodes();
        if (all.Count == 0)
            return null;
        var process = all[fault.Target % all.Count].Process;
        var clock = (SimClock)process.Clock;
        var before = clock.Drift;
        clock.Drift = cluster.Settings.Drift * (((fault.Other % 1000) / 500.0) - 1);
        return (process.Name, () => clock.Drift = before);
    }

    private (string, Action)? Split(Fault fault)
    {
        var random = new SimRandom((ulong)fault.Other);
        var sides = cluster.Hosts.ToLookup(_ => random.Chance(0.5));
        return Part([.. sides[true]], [.. sides[false]], oneWay: false);
    }

    private (string, Action)? Part(string[] some, string[] others, bool oneWay)
    {
        var text = $"{string.Join(", ", some)} {(oneWay ? "to" : "from")} {string.Join(", ", others)}";
        var cut = Network.Cut((from, to) =>
            (some.Contains(from) && others.Contains(to)) || (!oneWay && others.Contains(from) && some.Contains(to)));
        return (text, cut.Dispose);
    }

    private (string, Action)? Spoil(Fault fault)
    {
        var bad = Network.Disturb(static (_, _) => true, condition => condition with
        {
            Loss = (fault.Target % 100) / 500.0,
            Latency = TimeSpan.FromMilliseconds(1 + (fault.Other % 50)),
            Jitter = TimeSpan.FromMilliseconds(1 + (fault.Other % 20)),
            Duplication = 0.05,
            Reordering = 0.1,
        });
        return ($"{fault.Target % 100}, {fault.Other % 100}", bad.Dispose);
    }

    private (string, Action)? Clog(Fault fault)
    {
        var (from, to) = (Host(fault.Target), Other(fault));
        Network.Link(from, to).Clog(fault.Lasts);
        return ($"{from} to {to}", () => { });
    }
}
