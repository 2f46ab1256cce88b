using Divvy.Consensus.Raft;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Strikes leaders at the moments at which Raft's rules matter: right after an election, before or after the
/// first entries have left. One after the other is parted from the members, dies or stands still, and comes back while
/// its successors have their turn: so entries stay with few members, terms pass in which nothing was committed, and old
/// and new entries meet (figures 7 and 8 of the Raft paper). Faults that strike at any time hit such a moment once in
/// thousands of runs.</summary>
internal sealed class Succession(StoreCluster cluster, SimRandom random)
{
    /// <summary>What may befall a leader; some more often than others.</summary>
    private static readonly Way[] ways =
    [
        Way.Cut, Way.Cut, Way.Cut, Way.CutOffAll, Way.CutOffAll, Way.Crash, Way.Crash, Way.Pause, Way.PowerCut,
        Way.Relic, Way.Relic,
    ];

    private int wanted;
    private Term term;
    private int left = -1;

    private enum Way
    {
        Cut,
        CutOffAll,
        Crash,
        Pause,
        PowerCut,

        /// <summary>It sleeps through the election of its successor and wakes up while it hears no member, and clients
        /// still hear it.</summary>
        Relic,
    }

    private SimWorld World => cluster.World;

    /// <summary>From now on leaders are struck; the result ends that.</summary>
    public Action Begin()
    {
        wanted++;
        return () => wanted--;
    }

    /// <summary>Sees a message before it leaves.</summary>
    public void Sent(StoreMember member, Message message)
    {
        if (wanted == 0 || !message.IsFromALeader || message.Term < term)
            return;
        if (message.Term > term)
            (term, left) = (message.Term, random.Pick([0, 0, 0, 1, 2, 2, 3, 4, 6, 10, 30]));
        else if (left < 0 || (message.Entries.IsEmpty && left > 0))
            return;
        if (left-- <= 0)
            Strike(member);
    }

    private void Strike(StoreMember member)
    {
        var way = random.Pick(ways);
        var away = cluster.Shape.Election * (0.2 + (random.Fraction() * random.Pick([1, 3, 6])));
        World.Trace.Add(TraceKind.Fault, "succession", $"{way} of {member.Name} in term {term}");
        switch (way)
        {
            case Way.Cut:
                Part(member.Name, away, withClients: false);
                break;
            case Way.CutOffAll:
                Part(member.Name, away, withClients: true);
                break;
            case Way.Pause:
                Pause(member.Process!, away);
                break;
            case Way.Relic:
                away += cluster.Shape.Election * 3;
                Part(member.Name, away, withClients: false);
                Pause(member.Process!, away * 0.8);
                break;
            case Way.Crash:
                Crash([member], away);
                break;
            default:
                Crash(cluster.Members, away / 4);
                break;
        }
    }

    private void Pause(SimProcess process, TimeSpan away)
    {
        // As an event of its own: this is called in the middle of what the process does.
        World.Schedule(TimeSpan.Zero, process.Pause);
        World.Schedule(away, process.Resume);
    }

    private void Part(string host, TimeSpan away, bool withClients)
    {
        var cut = cluster.Network.Cut((from, to) =>
            (from == host || to == host) && (withClients || (IsMember(from) && IsMember(to))));
        World.Schedule(away, () =>
        {
            World.Trace.Add(TraceKind.Fault, "succession", $"{host} is back");
            cut.Dispose();
        });
    }

    private void Crash(IReadOnlyList<StoreMember> members, TimeSpan away)
    {
        World.Schedule(TimeSpan.Zero, () =>
        {
            foreach (var member in members.Where(member => member.IsUp))
                member.Process!.Crash();
        });
        World.Schedule(away, () =>
        {
            foreach (var member in members)
                member.Start();
        });
    }

    private bool IsMember(string host) => cluster.Members.Any(member => member.Name == host);
}
