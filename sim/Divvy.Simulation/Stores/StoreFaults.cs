using Divvy.Simulation.Faults;
using Divvy.Simulation.Network;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Makes things go wrong with a store's members, their disks and the network between them and their
/// clients.</summary>
/// <param name="cluster">The members.</param>
/// <param name="clients">Processes of clients that stay.</param>
/// <param name="owners">Clients that may die.</param>
/// <param name="keeper">Who looks after the members; null: nobody, and no disk of theirs is damaged.</param>
internal sealed class StoreFaults(
    StoreCluster cluster,
    IReadOnlyList<SimProcess> clients,
    IReadOnlyList<LeaseOwner> owners,
    StoreOperator? keeper = null) : IFaultTarget
{
    public static IReadOnlyList<FaultKind> Kinds { get; } =
    [
        FaultKind.Crash,
        FaultKind.PowerCut,
        FaultKind.Pause,
        FaultKind.Isolate,
        FaultKind.Split,
        FaultKind.OneWay,
        FaultKind.Cut,
        FaultKind.BadNetwork,
        FaultKind.Clog,
        FaultKind.Drift,
        FaultKind.SlowDisk,
        FaultKind.FullDisk,
        FaultKind.SyncFails,
        FaultKind.CrashInDisk,
        FaultKind.PauseLeader,
        FaultKind.Succession,
        FaultKind.KillClient,
        FaultKind.CrashLoop,
        FaultKind.TornWrites,
        FaultKind.FlippedBits,
        FaultKind.Relic,
        FaultKind.ChangeSplit,
    ];

    public static IReadOnlyList<FaultKind> AimedKinds { get; } =
    [
        FaultKind.Succession,
        FaultKind.Succession,
        FaultKind.Succession,
        FaultKind.PauseLeader,
        FaultKind.CrashLoop,
        FaultKind.TornWrites,
        FaultKind.Relic,
        FaultKind.ChangeSplit,
        FaultKind.ChangeSplit,
    ];

    public (string Text, Action Heal)? Strike(Fault fault)
    {
        var member = cluster.Members[fault.Target % cluster.Members.Count];
        return fault.Kind switch
        {
            FaultKind.Crash => Crash([member]),
            FaultKind.PowerCut => Crash(cluster.Members),
            FaultKind.Pause => Pause(member),
            FaultKind.Isolate => Isolate(member, withClients: fault.Other % 2 == 0),
            FaultKind.Split => Split(fault.Target),
            FaultKind.OneWay => OneWay(member.Name, OtherHost(member, fault.Other)),
            FaultKind.Cut => Between(member.Name, OtherHost(member, fault.Other)),
            FaultKind.BadNetwork => BadNetwork(fault.Other),
            FaultKind.Clog => Clog(member.Name, OtherHost(member, fault.Other), fault.Lasts),
            FaultKind.Drift => Drift(fault),
            FaultKind.PauseLeader => cluster.Leader is { } leader ? Pause(leader) : null,
            FaultKind.Succession => ("leaders", cluster.Succession.Begin()),
            FaultKind.LongReign => ("all members", cluster.LongReign.Begin()),
            FaultKind.KillClient => KillClient(fault.Target),
            FaultKind.CrashLoop => CrashLoop(member, fault.Other),
            FaultKind.TornWrites => TornWrites(member, fault.Other),
            FaultKind.FlippedBits => FlipBits(member, fault.Other),
            FaultKind.Relic => Relic(fault.Other),
            FaultKind.ChangeSplit => ChangeInParts(fault),
            _ => StrikeDisk(member, fault),
        };
    }

    private (string Text, Action Heal)? Crash(IReadOnlyList<StoreMember> members)
    {
        var running = members.Where(member => member.IsUp).ToList();
        if (running.Count == 0)
            return null;
        foreach (var member in running)
            member.Process!.Crash();
        return (string.Join(", ", running.Select(member => member.Name)), () => running.ForEach(one => one.Start()));
    }

    private (string Text, Action Heal)? KillClient(int target)
    {
        if (owners.Count == 0)
            return null;
        var owner = owners[target % owners.Count];
        owner.Process.Crash();
        return (owner.Process.Name, owner.Start);
    }

    private static (string Text, Action Heal)? Pause(StoreMember member)
    {
        if (member.Process is not { IsAlive: true, IsPaused: false } process)
            return null;
        process.Pause();
        return (member.Name, process.Resume);
    }

    private (string Text, Action Heal)? Isolate(StoreMember member, bool withClients)
    {
        var cut = cluster.Network.Cut((from, to) =>
            (from == member.Name || to == member.Name) && (withClients || cluster.AreMembers(from, to)));
        return ($"{member.Name}{(withClients ? "" : " from the other members")}", cut.Dispose);
    }

    private (string Text, Action Heal)? Split(int sides)
    {
        var cut = cluster.Network.Cut((from, to) => SideOf(from) != SideOf(to));
        var members = cluster.Members.Select(member => member.Name);
        return ($"{string.Join(", ", members.Where(name => SideOf(name) == 0))} from the others", cut.Dispose);

        // The bits of a number say who is where; hosts are told apart by the number that their names end with.
        int SideOf(string host) => (sides >> (host[^1] - '0' + (cluster.IsMember(host) ? 0 : 8))) & 1;
    }

    private (string Text, Action Heal)? OneWay(string one, string other)
    {
        var cut = cluster.Network.Cut((from, to) => from == one && to == other);
        return ($"from {one} to {other}", cut.Dispose);
    }

    private (string Text, Action Heal)? Between(string one, string other)
    {
        var cut = cluster.Network.Cut((from, to) => (from == one && to == other) || (from == other && to == one));
        return ($"between {one} and {other}", cut.Dispose);
    }

    private (string Text, Action Heal)? BadNetwork(int strength)
    {
        var share = (strength % 10 + 1) / 10.0;
        var bad = cluster.Network.Disturb(static (_, _) => true, condition => condition with
        {
            Loss = 0.3 * share * (strength / 10 % 2),
            Duplication = 0.3 * share * (strength / 20 % 2),
            Reordering = 0.5 * share * (strength / 40 % 2),
            Detour = LinkCondition.Good.Detour,
            Jitter = TimeSpan.FromMilliseconds(20 * share * (strength / 80 % 2)),
            BytesPerSecond = strength / 160 % 2 == 0 ? 0 : 100_000,
        });
        return ($"strength {strength % 320}", bad.Dispose);
    }

    private (string Text, Action Heal)? Clog(string from, string to, TimeSpan lasts)
    {
        var link = cluster.Network.Link(from, to);
        link.Clog(lasts);
        return ($"from {from} to {to}", link.Unclog);
    }

    private (string Text, Action Heal)? Drift(Fault fault)
    {
        var processes = cluster.Members.Select(member => member.Process).Concat(clients)
            .Where(process => process is { IsAlive: true }).ToList();
        if (processes.Count == 0)
            return null;
        var process = processes[fault.Target % processes.Count]!;
        var clock = (SimClock)process.Clock;
        clock.Drift = (fault.Other % 2 == 0 ? 1 : -1) * StoreClock.MaxDrift;
        return ($"{process.Name} by {clock.Drift:P0}", () => clock.Drift = 0);
    }

    private static (string Text, Action Heal)? StrikeDisk(StoreMember member, Fault fault)
    {
        var faults = member.Platter.Faults;
        switch (fault.Kind)
        {
            case FaultKind.SlowDisk:
                faults.SyncLatency = TimeSpan.FromMilliseconds(fault.Other % 400);
                return ($"{member.Name}, {fault.Other % 400} ms", faults.Heal);
            case FaultKind.FullDisk:
                faults.IsFull = true;
                break;
            case FaultKind.SyncFails:
                faults.FailsNextSync = true;
                break;
            default:
                faults.CrashesAfter = fault.Other % 20;
                break;
        }

        return (member.Name, Heal);

        void Heal()
        {
            faults.Heal();
            member.Start();
        }
    }

    /// <summary>What one crash has left half written meets the next one before the log has grown past it.</summary>
    private (string Text, Action Heal)? CrashLoop(StoreMember member, int strength)
    {
        var round = 0;
        return AgainAndAgain(member, TimeSpan.FromMilliseconds(50 + (strength % 200)), () =>
        {
            member.Start();
            member.Platter.Faults.CrashesAfter ??= (strength + (round++ * 7)) % 13;
        });
    }

    /// <summary>A write to the log is torn; the member starts again and dies once it has written something shorter
    /// there.</summary>
    private (string Text, Action Heal)? TornWrites(StoreMember member, int strength)
    {
        var round = 0;
        return AgainAndAgain(member, TimeSpan.FromMilliseconds(20 + (strength % 60)), () =>
        {
            var isNew = !member.IsUp || round == 0;
            member.Start();
            if (isNew && round++ % 2 == 0)
                member.Platter.Faults.TornFolder = StoreMember.LogFolder;
            else if (isNew)
                member.Platter.Faults.CrashesAfter = 1 + ((strength + (round * 5)) % 9);
        });
    }

    /// <summary>Does something to a member and its disk at once and after every pause, until it is healed.</summary>
    private (string Text, Action Heal)? AgainAndAgain(StoreMember member, TimeSpan pause, Action strike)
    {
        var isOver = false;
        Again();
        return (member.Name, Heal);

        void Again()
        {
            if (isOver)
                return;
            strike();
            cluster.World.Schedule(pause, Again);
        }

        void Heal()
        {
            isOver = true;
            member.Platter.Faults.Heal();
            member.Start();
        }
    }

    /// <summary>Never more than one at a time, and only while all others have a vote: a disk that is damaged is
    /// lost.</summary>
    private (string Text, Action Heal)? FlipBits(StoreMember member, int strength)
    {
        if (cluster.Members.Count < 3 || keeper is null or { IsReplacing: true }
            || cluster.Members.Any(one => one.IsDamaged || one.IsRetired))
        {
            return null;
        }

        member.Process!.Crash();
        member.FlipBits(strength % 3 == 0 ? StoreMember.SnapshotFolder : StoreMember.LogFolder, 1 + (strength / 3 % 3));
        member.Start();
        if (member.IsDamaged)
            cluster.Report.Count("disks damaged");
        return (member.Name, member.Start);
    }

    private (string Text, Action Heal)? Relic(int strength)
    {
        if (cluster.Members.Count < 3 || cluster.Leader is not { Process: { IsAlive: true, IsPaused: false } } leader)
            return null;
        var process = leader.Process;
        var (text, rejoin) = Isolate(leader, withClients: false)!.Value;
        process.Pause();
        cluster.World.Schedule(TimeSpan.FromMilliseconds(500 + (strength % 3000)), process.Resume);
        return (text, WakeUp);

        void WakeUp()
        {
            process.Resume();
            rejoin();
        }
    }

    private (string Text, Action Heal)? ChangeInParts(Fault fault)
    {
        if (cluster.Members.Count < 5 || keeper is null or { IsReplacing: true }
            || cluster.Members.Any(one => one.IsDamaged || !one.IsUp))
        {
            return null;
        }

        List<StoreMember> followers = [.. cluster.Members.Where(member => member != cluster.Leader)];
        var first = followers[fault.Target % followers.Count];
        followers.Remove(first);
        List<StoreMember> leaving = [first, followers[fault.Other % followers.Count]];
        List<string> names = [.. leaving.Select(member => member.Name)];
        keeper.ReplaceNow(leaving);
        return ($"{string.Join(" and ", names)} are replaced", cluster.ChangeSplit.Begin(names));
    }

    private string OtherHost(StoreMember member, int number)
    {
        List<string> others =
        [
            .. cluster.Members.Where(other => other != member).Select(other => other.Name),
            .. clients.Select(client => client.Name),
        ];
        return others[number % others.Count];
    }
}
