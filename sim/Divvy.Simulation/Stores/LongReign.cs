using Divvy.Consensus.Raft;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Stores;

/// <summary>Cuts the power of all members at once when a leader has led for so long that none of them has a segment of
/// its log left from when it was elected: each knows the term, and its vote in it, by what it has written since or not
/// at all. A member alone is told by the others what it has forgotten.</summary>
internal sealed class LongReign(StoreCluster cluster, SimRandom random)
{
    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan dark = TimeSpan.FromMilliseconds(300);

    /// <summary>The newest segment of each member when the leader of this term was first heard; empty: nobody leads
    /// whose end is waited for.</summary>
    private readonly Dictionary<string, string> newest = new(StringComparer.Ordinal);
    private Term term;
    private int wanted;
    private bool isLooking;

    /// <summary>From now on it waits for such a leader, one after the other; the result ends that.</summary>
    public Action Begin()
    {
        wanted++;
        if (!isLooking)
            Look();
        return () => wanted--;
    }

    /// <summary>Sees a message before it leaves.</summary>
    public void Sent(Message message)
    {
        if (!message.IsFromALeader || message.Term <= term)
            return;
        term = message.Term;
        newest.Clear();
        foreach (var member in cluster.Members)
            newest[member.Name] = member.Segments.LastOrDefault() ?? "";
    }

    private void Look()
    {
        isLooking = wanted > 0;
        if (!isLooking)
            return;
        if (newest.Count > 0 && cluster.Members.All(HasNothingLeft))
            CutPower();
        cluster.World.Schedule(look, Look);
    }

    private bool HasNothingLeft(StoreMember member) => member.IsUp && member.Segments is [var oldest, ..]
        && string.CompareOrdinal(oldest, newest.GetValueOrDefault(member.Name, oldest)) > 0;

    private void CutPower()
    {
        newest.Clear();
        cluster.World.Trace.Add(TraceKind.Fault, "long reign", $"all members lose their power in term {term}");
        foreach (var member in cluster.Members)
            member.Process!.Crash();
        cluster.World.Schedule(random.Exponential(dark), () =>
        {
            foreach (var member in cluster.Members)
                member.Start();
        });
    }
}
