using Divvy.Simulation.Faults;
using Divvy.Simulation.Network;
using Divvy.Simulation.Stores;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Distribution;

/// <summary>What can go wrong with the processes, links and disks of a cluster.</summary>
internal sealed class DistributionFaults(DistributionCluster cluster) : IFaultTarget
{
    private readonly SortedDictionary<int, Action> lasting = [];
    private readonly StoreFaults disks = new(cluster.Store, [], []);

    private SimNetwork Network => cluster.Network;

    /// <inheritdoc/>
    public (string Text, Action Heal)? Strike(Fault fault)
    {
        var instances = cluster.Instances.Keys.ToHashSet(StringComparer.Ordinal);
        if (Hit(fault) is not { } struck)
            return null;
        var isGrave = fault.Kind != FaultKind.Crash || !instances.Contains(struck.Text);
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

    private (string Text, Action Heal)? Hit(Fault fault)
    {
        var (one, other) = (Host(fault.Target), Host(fault.Other));
        return fault.Kind switch
        {
            FaultKind.Crash => Crash(fault.Target),
            FaultKind.PowerCut => PowerCut(fault.Target),
            FaultKind.Pause => Pause(fault.Target),
            FaultKind.Drift => Drift(fault),
            FaultKind.Isolate => Cut(one, (from, to) => from == one || to == one),
            FaultKind.Split => Cut($"split {fault.Other}", (from, to) => Side(fault, from) != Side(fault, to)),
            FaultKind.OneWay => Cut($"{one} to {other}", (from, to) => from == one && to == other),
            FaultKind.Cut => Cut(
                $"{one} from {other}", (from, to) => (from == one && to == other) || (from == other && to == one)),
            FaultKind.BadNetwork => Spoil(fault),
            FaultKind.Clog => Clog(one, other, fault.Lasts),
            FaultKind.SlowDisk or FaultKind.SyncFails or FaultKind.CrashInDisk => disks.Strike(fault),
            _ => null,
        };
    }

    /// <summary>What runs, and how it is started again.</summary>
    private List<(SimProcess Process, Action Restart)> Running() =>
    [
        .. cluster.Store.Members.Where(member => member.IsUp).Select(
            member => (member.Process!, (Action)member.Start)),
        .. cluster.Servers.Values.Where(server => server.IsUp).Select(
            server => (server.Process, (Action)(() => Restart(server)))),
        .. cluster.Instances.Values.Where(instance => instance.IsUp).Select(
            instance => (instance.Process, (Action)(() => Restart(instance)))),
    ];

    private void Restart(ServerNode server)
    {
        if (cluster.Servers[server.Name] == server && !server.IsUp)
            cluster.StartServer(server.Name);
    }

    private void Restart(InstanceNode instance)
    {
        if (cluster.Instances.GetValueOrDefault(instance.Name) == instance && !instance.IsUp)
            cluster.StartInstance(instance.Name);
    }

    private string Host(int target) => cluster.Hosts[target % cluster.Hosts.Count];

    private static ulong Side(Fault fault, string host) => SimRandom.SeedOf((ulong)fault.Other, host) & 1;

    private (string, Action)? Crash(int target)
    {
        if (Running() is not { Count: > 0 } running)
            return null;
        var (process, restart) = running[target % running.Count];
        process.Crash();
        return (process.Name, restart);
    }

    /// <summary>Two of three processes die at once, members of the store among them.</summary>
    private (string, Action)? PowerCut(int target)
    {
        var hit = Running().Where((_, number) => (number + target) % 3 != 0).ToList();
        foreach (var (process, _) in hit)
            process.Crash();
        return (string.Join(", ", hit.Select(one => one.Process.Name)), () => hit.ForEach(one => one.Restart()));
    }

    private (string, Action)? Pause(int target)
    {
        if (Running() is not { Count: > 0 } running)
            return null;
        var process = running[target % running.Count].Process;
        if (process.IsPaused)
            return null;
        process.Pause();
        return (process.Name, process.Resume);
    }

    private (string, Action)? Drift(Fault fault)
    {
        if (Running() is not { Count: > 0 } running)
            return null;
        var process = running[fault.Target % running.Count].Process;
        var clock = (SimClock)process.Clock;
        var before = clock.Drift;
        clock.Drift = cluster.Settings.Drift * (((fault.Other % 1000) / 500.0) - 1);
        return (process.Name, () => clock.Drift = before);
    }

    private (string, Action)? Cut(string text, Func<string, string, bool> where) =>
        (text, Network.Cut((from, to) => IsSubject(from) && IsSubject(to) && where(from, to)).Dispose);

    private (string, Action)? Spoil(Fault fault)
    {
        var bad = Network.Disturb((from, to) => IsSubject(from) && IsSubject(to), condition => condition with
        {
            Loss = (fault.Target % 100) / 500.0,
            Latency = TimeSpan.FromMilliseconds(1 + (fault.Other % 50)),
            Jitter = TimeSpan.FromMilliseconds(1 + (fault.Other % 20)),
            Duplication = 0.05,
            Reordering = 0.1,
        });
        return ($"loss {fault.Target % 100 / 5.0} %, {1 + (fault.Other % 50)} ms", bad.Dispose);
    }

    private (string, Action)? Clog(string from, string to, TimeSpan lasts)
    {
        var link = Network.Link(from, to);
        link.Clog(lasts);
        return ($"{from} to {to}", link.Unclog);
    }

    private static bool IsSubject(string host) => host != DistributionCluster.Spectator;
}
