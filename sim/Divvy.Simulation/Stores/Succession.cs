using Divvy.Consensus.Raft;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Strikes leaders at the moments at which Raft's rules matter: right after an election, before or after the
/// first entries have left, or when a follower has been brought up to date with entries of earlier terms and is about
/// to get the first one of this term. One after the other is parted from the members, dies or stands still, and comes
/// back while its successors have their turn: so entries stay with few members, terms pass in which nothing was
/// committed, and old and new entries meet (figures 7 and 8 of the Raft paper). Faults that strike at any time hit such
/// a moment once in thousands of runs.</summary>
internal sealed class Succession(StoreCluster cluster, SimRandom random)
{
    /// <summary>What may befall a leader; some more often than others.</summary>
    private static readonly Way[] ways =
    [
        Way.Cut, Way.Cut, Way.Cut, Way.CutOffAll, Way.CutOffAll, Way.Crash, Way.Crash, Way.Pause, Way.PowerCut,
        Way.Relic, Way.Relic, Way.Relay,
    ];

    /// <summary>How many messages with entries a leader still sends before it is struck; of no more than its first
    /// message the entries do not matter.</summary>
    private static readonly int[] counts = [0, 0, 0, 0, 1, 2, 2, 3, 4, 6, 10, 30];

    private readonly HashSet<NodeId> broughtUp = [];
    private Action? bringBack;
    private int wanted;
    private Term term;
    private int left = -1;
    private bool waitsForOwn;
    private bool isRelay;

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

        /// <summary>It is parted from the members until its successor is struck too: then it is the one with the
        /// longest log that has a say.</summary>
        Relay,
    }

    private SimWorld World => cluster.World;

    /// <summary>From now on leaders are struck; the result ends that. Often each of them brings its predecessor back,
    /// and is cut off before it has said anything: so their entries stay with them alone, until one of them has
    /// brought the others up to date.</summary>
    public Action Begin()
    {
        wanted++;
        isRelay = random.Chance(0.6);
        return () =>
        {
            if (--wanted == 0)
                bringBack?.Invoke();
        };
    }

    /// <summary>Sees a message before it leaves.</summary>
    public void Sent(StoreMember member, Message message)
    {
        if (wanted == 0 || !message.IsFromALeader || message.Term < term)
            return;
        if (message.Term > term)
        {
            (term, left) = (message.Term, isRelay && random.Chance(0.6) ? 0 : random.Pick(counts));
            waitsForOwn = random.Chance(0.4);
            broughtUp.Clear();
        }

        if (left >= 0 && (waitsForOwn ? IsFirstOwn(message) : IsLastOfCount(message)))
            Strike(member);
    }

    private bool IsLastOfCount(Message message) => (left == 0 || !message.Entries.IsEmpty) && left-- == 0;

    /// <summary>The first entry of the leader's own term goes to a member that has got older ones from it.</summary>
    private bool IsFirstOwn(Message message)
    {
        if (message.Entries is not [var first, ..])
            return false;
        if (first.Term < term)
            broughtUp.Add(message.To);
        if (first.Term != term || message.Log.Term == term || !broughtUp.Contains(message.To))
            return false;
        left = -1;
        return true;
    }

    private void Strike(StoreMember member)
    {
        var way = isRelay ? Way.Relay : random.Pick(ways);
        var away = cluster.Shape.Election * (0.2 + (random.Fraction() * random.Pick([1, 3, 6])));
        World.Trace.Add(TraceKind.Fault, "succession", $"{way} of {member.Name} in term {term}");
        var predecessor = bringBack;
        bringBack = null;
        switch (way)
        {
            case Way.Cut:
                Part(member.Name, away, withClients: false);
                break;
            case Way.CutOffAll:
                Part(member.Name, away, withClients: true);
                break;
            case Way.Pause:
                Pause(member, away);
                break;
            case Way.Relic:
                away += cluster.Shape.Election * 3;
                Part(member.Name, away, withClients: false);
                Pause(member, away * 0.8);
                break;
            case Way.Relay:
                bringBack = Part(member.Name, cluster.Shape.Election * 20, withClients: random.Chance(0.3));
                break;
            case Way.Crash:
                Crash([member], away);
                break;
            default:
                Crash(cluster.Members, away / 4);
                break;
        }

        predecessor?.Invoke();
    }

    private void Pause(StoreMember member, TimeSpan away)
    {
        if (member.Process is not { } process)
            return;
        // As an event of its own: this is called in the middle of what the process does.
        World.Schedule(TimeSpan.Zero, process.Pause);
        World.Schedule(away, process.Resume);
    }

    /// <summary>Parts a host from the members for a while, or until the result is called.</summary>
    private Action Part(string host, TimeSpan away, bool withClients)
    {
        var cut = cluster.Network.Cut((from, to) =>
            (from == host || to == host) && (withClients || cluster.AreMembers(from, to)));
        var isBack = false;
        World.Schedule(away, Return);
        return Return;

        void Return()
        {
            if (isBack)
                return;
            isBack = true;
            World.Trace.Add(TraceKind.Fault, "succession", $"{host} is back");
            cut.Dispose();
        }
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
}
