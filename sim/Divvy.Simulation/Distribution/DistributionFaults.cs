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
    private readonly Ambush ambush = new(cluster);
    private readonly Interruption interruption = new(cluster);

    private bool isOver;

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

    /// <inheritdoc/>
    public void Await(Fault fault, Action<Fault> strike)
    {
        var aim = fault.Aim!;
        cluster.Sightings.Await(aim.Moment, sighting => cluster.Schedule(aim.After, () =>
        {
            // An instance that leaves has nobody next: its server takes all parts that nobody has.
            var part = VictimOf(aim.Part, sighting) is null ? Part.ServerOfOwner : aim.Part;
            if (!isOver && VictimOf(part, sighting) is { } victim)
                strike(fault with { Victim = victim, OtherVictim = OtherOf(part, sighting) });
        }));
    }

    /// <summary>Ends what lasts, and what is still to come.</summary>
    public async Task HealAllAsync()
    {
        isOver = true;
        cluster.Sightings.Forget();
        foreach (var number in lasting.Keys.ToArray())
            Heal(number);
        await interruption.EndAsync().ConfigureAwait(false);
        await ambush.EndAsync().ConfigureAwait(false);
    }

    private void Heal(int number)
    {
        if (lasting.Remove(number, out var heal))
            heal();
    }

    private (string Text, Action Heal)? Hit(Fault fault)
    {
        var (one, other) = (fault.Victim ?? Host(fault.Target), fault.OtherVictim ?? Host(fault.Other));
        return fault.Kind switch
        {
            FaultKind.Crash => Crash(fault),
            FaultKind.PowerCut => PowerCut(fault.Target),
            FaultKind.Pause => Pause(fault),
            FaultKind.Drift => Drift(fault),
            FaultKind.Isolate => Cut(one, (from, to) => from == one || to == one),
            FaultKind.Deaf => Deafen(fault),
            FaultKind.Behind => Behind(fault),
            FaultKind.Severed => Sever(fault),
            FaultKind.Tear => Tear(one, fault.OtherVictim),
            FaultKind.Quit => Quit(fault),
            FaultKind.Oversleep => Oversleep(fault),
            FaultKind.LateGoodbye => ambush.HoldGoodbyes() is { } stop ? ("goodbyes", stop) : null,
            FaultKind.StaleServer => Mislead(fault),
            FaultKind.OldController => interruption.Begin() is { } end ? ("controllers", end) : null,
            FaultKind.GoneAgain => ("new owners", ambush.SendAwayNewOwners()),
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

    /// <summary>Whom a fault hits: the process that it waited to be named, or one of those that run.</summary>
    private (SimProcess Process, Action Restart)? Choose(Fault fault)
    {
        var running = Running();
        if (fault.Victim is { } victim)
            running.RemoveAll(one => one.Process.Name != victim);
        return running.Count == 0 ? null : running[fault.Target % running.Count];
    }

    private string? VictimOf(Part part, Sighting sighting) => part switch
    {
        Part.Owner => sighting.Owner?.Instance.Value,
        Part.Next => sighting.Next?.Instance.Value,
        Part.ServerOfOwner => sighting.Owner is { } owner ? cluster.Records.ServerOf(owner) : null,
        Part.ServerOfNext => sighting.Next is { } next ? cluster.Records.ServerOf(next) : null,
        Part.StoreLeader => cluster.Store.NewestLeader?.Name,
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "there is no such part"),
    };

    /// <summary>Whom it has to do with: the other end of the link that is hit.</summary>
    private string? OtherOf(Part part, Sighting sighting) => part switch
    {
        Part.Owner => VictimOf(Part.ServerOfOwner, sighting),
        Part.Next => VictimOf(Part.ServerOfNext, sighting),
        Part.ServerOfOwner => VictimOf(Part.Owner, sighting),
        Part.ServerOfNext => VictimOf(Part.Next, sighting),
        _ => null,
    };

    private string Host(int target) => cluster.Hosts[target % cluster.Hosts.Count];

    private static ulong Side(Fault fault, string host) => SimRandom.SeedOf((ulong)fault.Other, host) & 1;

    private (string, Action)? Crash(Fault fault)
    {
        if (Choose(fault) is not var (process, restart))
            return null;
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

    private (string, Action)? Pause(Fault fault)
    {
        if (Choose(fault) is not { Process: { IsPaused: false } process })
            return null;
        process.Pause();
        return (process.Name, process.Resume);
    }

    private (string, Action)? Drift(Fault fault)
    {
        if (Choose(fault) is not { Process: var process })
            return null;
        var clock = (SimClock)process.Clock;
        var before = clock.Drift;
        clock.Drift = cluster.Settings.Drift * (((fault.Other % 1000) / 500.0) - 1);
        return (process.Name, () => clock.Drift = before);
    }

    private (string, Action)? Cut(string text, Func<string, string, bool> where) =>
        (text, Network.Cut((from, to) => IsSubject(from) && IsSubject(to) && where(from, to)).Dispose);

    /// <summary>Often an instance: its heartbeats come through, so its session lives, and it does not know that.
    /// </summary>
    private (string, Action)? Deafen(Fault fault)
    {
        var instances = cluster.Instances.Keys.ToList();
        var some = fault.Other % 2 == 0 && instances.Count > 0
            ? instances[fault.Target % instances.Count]
            : Host(fault.Target);
        var victim = fault.Victim ?? some;
        return Cut(victim, (_, to) => to == victim);
    }

    private (string, Action)? Behind(Fault fault)
    {
        var servers = cluster.Servers.Values.ToList();
        var server = cluster.Servers.GetValueOrDefault(fault.Victim ?? "") ?? servers[fault.Target % servers.Count];
        var member = server.Nearest;
        return Cut(
            $"{server.Name} from {member}",
            (from, to) => (from == server.Name && to == member) || (from == member && to == server.Name));
    }

    private (string, Action)? Sever(Fault fault)
    {
        var servers = cluster.Servers.Keys.ToList();
        var name = servers.Contains(fault.Victim ?? "") ? fault.Victim! : servers[fault.Target % servers.Count];
        var members = cluster.Store.Members.Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
        var cut = Cut($"{name} from the store", (from, to) =>
            (from == name && members.Contains(to)) || (to == name && members.Contains(from)));
        foreach (var member in members.Order(StringComparer.Ordinal))
            Network.Tear(name, member);
        return cut;
    }

    private (string, Action)? Tear(string one, string? other)
    {
        foreach (var host in cluster.Hosts.Where(host => host == (other ?? host)))
            Network.Tear(one, host);
        return ($"{one} and {other ?? "all"}", static () => { });
    }

    private (string, Action)? Quit(Fault fault)
    {
        if (ChooseInstance(fault) is not { IsBusy: false } instance)
            return null;
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ambush.Quit(instance, over.Task);
        return (instance.Name, over.SetResult);
    }

    private (string, Action)? Oversleep(Fault fault)
    {
        if (ChooseInstance(fault) is not { Process.IsPaused: false } instance)
            return null;
        ambush.Oversleep(instance);
        return (instance.Name, static () => { });
    }

    private InstanceNode? ChooseInstance(Fault fault)
    {
        var instances = cluster.Instances.Values.Where(one => one.IsUp).ToList();
        return instances.Find(one => one.Name == fault.Victim)
            ?? (instances.Count == 0 ? null : instances[fault.Target % instances.Count]);
    }

    private (string, Action)? Mislead(Fault fault)
    {
        var servers = cluster.Servers.Values.Where(server => server.IsUp).ToList();
        if (servers.Count == 0)
            return null;
        var stale = servers[fault.Target % servers.Count];
        return (stale.Name, ambush.Mislead(stale));
    }

    private (string, Action)? Spoil(Fault fault)
    {
        var bad = Network.Disturb((from, to) => IsSubject(from) && IsSubject(to), condition => condition with
        {
            Loss = (fault.Target % 100) / 500.0,
            Latency = TimeSpan.FromMilliseconds(1 + (fault.Other % 50)),
            Jitter = TimeSpan.FromMilliseconds(1 + (fault.Other % 20)),
            Duplication = 0.05,
            Reordering = 0.1,
            Detour = LinkCondition.Good.Detour,
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
