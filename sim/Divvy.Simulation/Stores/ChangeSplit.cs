using Divvy.Consensus.Raft;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Parts a leader, and as many others as are no majority of all, from the rest when it is about to tell
/// them that a change of members is committed: the ones go on with the new members, the others know only the old ones.
/// Where two changes could be under way at once, both sides would find a majority (Raft thesis, section 4.1).</summary>
internal sealed class ChangeSplit(StoreCluster cluster, SimRandom random)
{
    private readonly SortedSet<LogIndex> changes = [];
    private IReadOnlyList<string> leaving = [];
    private bool isWanted;
    private Term term;
    private IDisposable? cut;

    /// <summary>From now on it waits for such a moment, once; the result ends what came of it.</summary>
    /// <param name="leaving">Members that are to go: they stay with the rest.</param>
    public Action Begin(IReadOnlyList<string> leaving)
    {
        this.leaving = leaving;
        isWanted = true;
        return () =>
        {
            isWanted = false;
            cut?.Dispose();
            cut = null;
        };
    }

    /// <summary>Sees a message before it leaves.</summary>
    public void Sent(StoreMember member, Message message)
    {
        if (!message.IsFromALeader || message.Term < term)
            return;
        if (message.Term > term)
        {
            term = message.Term;
            changes.Clear();
        }

        foreach (var entry in message.Entries)
        {
            if (entry.Kind == EntryKind.Membership && entry.Term == term)
                changes.Add(entry.Index);
        }

        // What was announced before the moment is waited for is over.
        if (changes.RemoveWhere(index => index <= message.Commit) > 0 && isWanted)
            Part(member);
    }

    private void Part(StoreMember leader)
    {
        isWanted = false;
        var others = cluster.Members.Where(one => one != leader).Select(one => one.Name).ToList();
        random.Shuffle(others);
        var side = others.OrderBy(leaving.Contains).Take(((cluster.Members.Count + 1) / 2) - 2).Append(leader.Name)
            .ToList();
        // Answers may still come for a while, so that what the rest has got is committed by it too.
        var isOneWay = random.Chance(0.7);
        cluster.World.Trace.Add(
            TraceKind.Fault, "change split", $"{string.Join(", ", side)} {(isOneWay ? "to" : "from")} the other members");
        cut = cluster.Network.Cut((from, to) => cluster.AreMembers(from, to)
            && side.Contains(from) != side.Contains(to) && (!isOneWay || side.Contains(from)));
    }
}
