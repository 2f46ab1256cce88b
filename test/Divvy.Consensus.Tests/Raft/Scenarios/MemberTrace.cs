using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.Tests.Raft.Scenarios;

/// <summary>What changed at one member since it was last looked at.</summary>
internal sealed class MemberTrace(SimulatedMember member)
{
    private string standing = "";
    private MembershipState membership = member.Node.Membership;
    private LogIndex applied = member.Node.AppliedIndex;
    private int installed;
    private int reads;
    private int proposals;

    /// <summary>It starts again: what it applied since its snapshot is applied once more, and its role is said anew.</summary>
    public void Restarted()
    {
        (standing, installed) = ("", 0);
        applied = member.Node.AppliedIndex;
        membership = member.Node.Membership;
    }

    public IEnumerable<string> News()
    {
        if (!member.IsUp)
            yield break;
        var now = Standing(member.Node);
        if (now != standing)
            yield return $"{member.Id} is {now}";
        standing = now;
        for (; installed < member.Installed.Count; installed++)
        {
            applied = member.Installed[installed].Last.Index;
            yield return $"{member.Id} installs the snapshot up to {member.Installed[installed].Last}";
        }

        var news = member.Applied.Where(entry => entry.Index > applied).Select(MessageText.Of).ToList();
        if (news.Count > 0)
            yield return $"{member.Id} applies {string.Join(", ", news)}";
        applied = LogIndex.Max(applied, member.Node.AppliedIndex);
        if (!membership.Equals(member.Node.Membership))
            yield return $"{member.Id} counts {member.Node.Membership}";
        membership = member.Node.Membership;
        foreach (var answer in Answers())
            yield return $"{member.Id} learns that {answer}";
    }

    private static string Standing(RaftNode node) => node.Role == RaftRole.Follower && !node.Leader.IsNone
        ? $"follower of {node.Leader} in term {node.Term}"
        : $"{RoleText(node)} in term {node.Term}";

    public static string RoleText(RaftNode node) => node.Role switch
    {
        RaftRole.PreCandidate => "pre-candidate",
        var role => role.ToString().ToLowerInvariant(),
    };

    private IEnumerable<string> Answers()
    {
        for (; reads < member.Reads.Count; reads++)
        {
            var (request, index) = member.Reads[reads];
            yield return index is null ? $"read {request} must be asked again" : $"read {request} is safe at {index}";
        }

        for (; proposals < member.Proposals.Count; proposals++)
        {
            var (request, outcome, entry) = member.Proposals[proposals];
            yield return $"proposal {request} is {outcome.ToString().ToLowerInvariant()}"
                + (outcome == ProposalOutcome.Appended ? $" as {entry}" : "");
        }
    }
}
