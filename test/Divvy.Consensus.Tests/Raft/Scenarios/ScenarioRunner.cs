using System.Globalization;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.Tests.Raft.Scenarios;

/// <summary>Executes the commands of a scenario on a <see cref="SimulatedCluster"/> (README.md in testdata/ lists them) and
/// tells what they changed. Disks write at once, unless slow; messages move only by <c>deliver</c>, which shows each,
/// <c>settle</c> and <c>tick all</c>, which show their effects.</summary>
internal sealed class ScenarioRunner
{
    private readonly SortedDictionary<NodeId, MemberTrace> traces = [];
    private readonly HashSet<NodeId> slowDisks = [];
    private readonly List<string> output = [];
    private SimulatedCluster cluster = new(0);

    public IEnumerable<string> Execute(string command)
    {
        output.Clear();
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "nodes":
                Create(words);
                break;
            case "stored":
                Load(words);
                break;
            case "settle":
                Settle();
                break;
            case "tick" when words[1] == "all":
                TickAll(words.Length > 2 ? int.Parse(words[2], CultureInfo.InvariantCulture) : 1);
                break;
            case "deliver":
                Deliver(words[1..], show: true);
                break;
            case "drop":
                Drop(words[1..]);
                break;
            case "partition":
                Partition(command["partition ".Length..]);
                break;
            case "heal":
                cluster.Heal();
                break;
            case "status":
                Status();
                break;
            case "join":
                var joined = cluster.Join(Id(words[1]).Value);
                traces.Add(joined.Id, new MemberTrace(joined));
                break;
            default:
                ExecuteOnMember(words);
                break;
        }

        return [.. output];
    }

    private void ExecuteOnMember(string[] words)
    {
        var member = words.Length > 1 ? cluster.Members.GetValueOrDefault(Id(words[1])) : null;
        switch (words[0])
        {
            case "crash":
                member!.Crash();
                output.Add($"{member.Id} is down");
                break;
            case "restart":
                member!.Restart();
                traces[member.Id].Restarted();
                Act(member, static _ => { });
                break;
            case "disk":
                SetDisk(member!.Id, slow: words[2] == "slow");
                break;
            case "log":
                output.Add($"{member!.Id} holds {Log(member)}");
                break;
            case "compact":
                member!.Compact(keep: ulong.Parse(words[2], CultureInfo.InvariantCulture));
                output.Add($"{member.Id} holds {Log(member)}");
                break;
            case "unreachable":
                Act(member!, it => it.Node.Unreachable(Id(words[2])));
                break;
            case "snapshot-failed":
                Act(member!, it => it.Node.SnapshotSent(Id(words[2]), succeeded: false));
                break;
            case "tick":
                for (var left = words.Length > 2 ? int.Parse(words[2], CultureInfo.InvariantCulture) : 1; left > 0; left--)
                    Act(member!, static it => it.Node.Tick());
                break;
            case "campaign":
                Act(member!, static it => it.Node.Campaign());
                break;
            default:
                Ask(words, member);
                break;
        }
    }

    /// <summary>Commands that are answered.</summary>
    private void Ask(string[] words, SimulatedMember? member)
    {
        switch (words[0])
        {
            case "propose":
                var request = words.Length > 3 ? ulong.Parse(words[3], CultureInfo.InvariantCulture) : 1;
                var result = cluster.Propose(member!.Id.Value, words[2], request);
                output.Add($"{member.Id} says {result.Outcome.ToString().ToLowerInvariant()}"
                    + (result.Outcome == ProposalOutcome.Appended ? $" as {result.Entry}" : ""));
                Act(member, static _ => { });
                break;
            case "read":
                var reads = words.Skip(2).Select(word => ulong.Parse(word, CultureInfo.InvariantCulture));
                Act(member!, it => Answer(it, reads.All(it.Node.ReadIndex)));
                break;
            case "transfer":
                Act(member!, it => Answer(it, it.Node.TransferLeadership(Id(words[2]))));
                break;
            case "change":
                Act(member!, it => Propose(it, Change(words[2..])));
                break;
            case "leave-joint":
                Act(member!, it => Propose(it, MembershipChange.LeaveJoint));
                break;
            default:
                throw new FormatException($"there is no command '{words[0]}'");
        }
    }

    private void Create(string[] words)
    {
        RaftOptions Configure(RaftOptions options) =>
            words.Skip(2).Aggregate(options, static (to, word) => Set(to, word.Split('=')));
        cluster = new SimulatedCluster(int.Parse(words[1], CultureInfo.InvariantCulture), Configure);
        foreach (var member in cluster.Members.Values)
            traces.Add(member.Id, new MemberTrace(member));
        Report();
        output.Clear();
    }

    private static RaftOptions Set(RaftOptions options, string[] setting) => setting[0] switch
    {
        "pre-vote" => options with { PreVote = setting[1] == "on" },
        "check-quorum" => options with { CheckQuorum = setting[1] == "on" },
        "lease-reads" => options with { LeaseReads = setting[1] == "on" },
        "window" => options with { MaxInflightMessages = int.Parse(setting[1], CultureInfo.InvariantCulture) },
        "message-bytes" => options with { MaxMessageBytes = ulong.Parse(setting[1], CultureInfo.InvariantCulture) },
        _ => throw new FormatException($"there is no setting '{setting[0]}'"),
    };

    /// <summary>stored ID TERM: TERM TERM ..., the terms of its entries from index 1 on; the first is every member's.</summary>
    private void Load(string[] words)
    {
        var member = cluster[Id(words[1]).Value];
        var term = new Term(ulong.Parse(words[2].TrimEnd(':'), CultureInfo.InvariantCulture));
        var entries = words.Skip(4).Select((word, at) => new Entry(
            new Term(ulong.Parse(word, CultureInfo.InvariantCulture)),
            new LogIndex((ulong)at + 2),
            EntryKind.Command,
            ReadOnlyMemory<byte>.Empty));
        member.Load(new HardState(term, NodeId.None, LogIndex.Zero), entries);
        traces[member.Id].Restarted();
        Act(member, static _ => { });
    }

    private void TickAll(int times)
    {
        for (var left = times; left > 0; left--)
        {
            foreach (var member in cluster.Members.Values.Where(member => member.IsUp).ToList())
                Act(member, static it => it.Node.Tick());
            Settle();
        }
    }

    private void Settle()
    {
        for (var round = 0; cluster.Network.Count > 0; round++)
        {
            if (round == 1_000)
                throw new InvalidOperationException("the cluster never settles: messages beget messages");
            Deliver([], show: false);
        }
    }

    /// <summary>Delivers what is under way now and fits the filter, not what that causes.</summary>
    private void Deliver(string[] filter, bool show)
    {
        var wave = cluster.Network.Where(message => Fits(message, filter)).ToList();
        cluster.Network.RemoveAll(wave.Contains);
        foreach (var message in wave)
        {
            var lost = cluster.IsCut(message.From, message.To)
                || !cluster.Members.TryGetValue(message.To, out var target) || !target.IsUp;
            if (show)
                output.Add(MessageText.Of(message) + (lost ? " -- lost" : ""));
            cluster.Deliver(message);
            Write();
        }
    }

    private void Drop(string[] filter)
    {
        var dropped = cluster.Network.RemoveAll(message => Fits(message, filter));
        output.Add($"{dropped} messages are lost");
    }

    /// <summary>Words of a filter are links (1>2, *>2) and kinds; several links or kinds are alternatives.</summary>
    private static bool Fits(Message message, string[] filter)
    {
        var links = filter.Where(word => word.Contains('>')).ToList();
        var kinds = filter.Except(links).ToList();
        return (links.Count == 0 || links.Exists(link => FitsLink(message, link.Split('>'))))
            && (kinds.Count == 0 || kinds.Contains(message.Kind.ToString()));
    }

    private static bool FitsLink(Message message, string[] ends) =>
        (ends[0] == "*" || ends[0] == message.From.ToString()) && (ends[1] == "*" || ends[1] == message.To.ToString());

    private void Partition(string text)
    {
        cluster.Heal();
        var groups = text.Split('|').Select(group => group.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        for (var left = 0; left < groups.Count; left++)
        {
            foreach (var other in groups[(left + 1)..].SelectMany(group => group))
            {
                foreach (var one in groups[left])
                    cluster.Cut(Id(one).Value, Id(other).Value);
            }
        }
    }

    private void SetDisk(NodeId id, bool slow)
    {
        if (slow)
            slowDisks.Add(id);
        else
            slowDisks.Remove(id);
        Write();
    }

    private void Answer(SimulatedMember member, bool accepted)
    {
        if (!accepted)
            output.Add($"{member.Id} says no");
    }

    private void Propose(SimulatedMember member, MembershipChange change)
    {
        var (entry, refusal) = member.Node.ProposeMembership(change);
        output.Add(entry is { } it ? $"{member.Id} says appended as {it}" : $"{member.Id} refuses: {refusal}");
    }

    /// <summary>add 4, learner 4, remove 4, any number of them, and "stay" for a joint change that is left by hand.</summary>
    private static MembershipChange Change(string[] words)
    {
        var steps = words.Where(word => word != "stay").Chunk(2).Select(pair => (Operation(pair[0]), Id(pair[1])));
        return new MembershipChange([.. steps], AutoLeave: !words.Contains("stay"));
    }

    private static MembershipOperation Operation(string word) => word switch
    {
        "add" => MembershipOperation.AddVoter,
        "learner" => MembershipOperation.AddLearner,
        "remove" => MembershipOperation.Remove,
        _ => throw new FormatException($"there is no change '{word}'"),
    };

    private void Status()
    {
        foreach (var member in cluster.Members.Values)
        {
            output.Add(member.IsUp
                ? $"{member.Id}: {MemberTrace.RoleText(member.Node)}, term {member.Node.Term},"
                    + $" last entry {member.Node.LastEntry}, commit {member.Node.CommittedIndex}"
                : $"{member.Id}: down");
        }
    }

    private static string Log(SimulatedMember member)
    {
        var entries = member.Stored.Where(entry => entry.Index >= member.Node.FirstIndex).Select(MessageText.Of);
        return $"from {member.Node.FirstIndex}: {string.Join(", ", entries)}";
    }

    private void Act(SimulatedMember member, Action<SimulatedMember> action)
    {
        cluster.Act(member, action);
        Write();
    }

    private void Write()
    {
        Report();
        foreach (var member in cluster.Members.Values.Where(member => member.IsUp && !slowDisks.Contains(member.Id)))
        {
            while (member.HasUnwritten)
                cluster.Write(member);
        }

        Report();
    }

    private void Report() => output.AddRange(traces.Values.SelectMany(trace => trace.News()));

    private static NodeId Id(string word) => new(ulong.Parse(word, CultureInfo.InvariantCulture));
}
