using Divvy.Consensus.Raft;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>The properties of paper figure 3 that can be seen from outside: election safety, and state machine safety, which
/// follows from log matching and leader completeness and fails when one of them does.</summary>
internal sealed class SafetyChecker
{
    private readonly Dictionary<Term, NodeId> leaders = [];
    private readonly Dictionary<LogIndex, Entry> applied = [];

    /// <summary>The highest index anybody has applied: what a read asked for now must not miss.</summary>
    public LogIndex HighestApplied { get; private set; }

    public void Check(SimulatedCluster cluster)
    {
        foreach (var member in cluster.Members.Values.Where(member => member.IsUp))
        {
            if (member.Node.Role == RaftRole.Leader && leaders.TryAdd(member.Node.Term, member.Id) is false)
                leaders[member.Node.Term].ShouldBe(member.Id, $"two leaders in term {member.Node.Term}");
            CheckApplied(member);
        }
    }

    private void CheckApplied(SimulatedMember member)
    {
        for (var i = member.Applied.Count - 1; i >= 0; i--)
        {
            var entry = member.Applied[i];
            if (applied.TryAdd(entry.Index, entry))
            {
                HighestApplied = LogIndex.Max(HighestApplied, entry.Index);
                continue;
            }

            applied[entry.Index].ShouldBe(entry, $"member {member.Id} applied another entry at {entry.Index}");
            return;
        }
    }
}
