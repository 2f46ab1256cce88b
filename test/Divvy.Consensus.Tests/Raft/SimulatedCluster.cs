using System.Text;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.Tests.Raft;

/// <summary>Members and the network between them, driven step by step. Every step is followed by the checks of
/// <see cref="SafetyChecker"/>.</summary>
internal sealed class SimulatedCluster
{
    private readonly Func<NodeId, RaftOptions, RaftOptions> configure;
    private readonly HashSet<(NodeId From, NodeId To)> cut = [];
    private readonly Snapshot first;

    public SimulatedCluster(int members, Func<RaftOptions, RaftOptions>? configure = null)
        : this(members, (_, options) => configure?.Invoke(options) ?? options)
    {
    }

    public SimulatedCluster(int members, Func<NodeId, RaftOptions, RaftOptions> configure)
    {
        this.configure = configure;
        NodeId[] ids = [.. Enumerable.Range(1, members).Select(id => new NodeId((ulong)id))];
        first = new Snapshot(new EntryId(new Term(1), new LogIndex(1)), MembershipState.Of(ids));
        foreach (var id in ids)
            Members.Add(id, new SimulatedMember(id, first, OptionsOf));
    }

    public SortedDictionary<NodeId, SimulatedMember> Members { get; } = [];

    public List<Message> Network { get; } = [];

    public SafetyChecker Checker { get; } = new();

    public SimulatedMember this[ulong id] => Members[new NodeId(id)];

    public SimulatedMember? Leader => Members.Values
        .Where(member => member.IsUp && member.Node.Role == RaftRole.Leader)
        .MaxBy(member => member.Node.Term.Value);

    /// <summary>A member that knows nobody yet: it is brought up by a leader that adds it.</summary>
    public SimulatedMember Join(ulong id)
    {
        var member = new SimulatedMember(new NodeId(id), new Snapshot(EntryId.Zero, new MembershipState()), OptionsOf);
        Members.Add(member.Id, member);
        return member;
    }

    public void Cut(ulong left, ulong right)
    {
        cut.Add((new NodeId(left), new NodeId(right)));
        cut.Add((new NodeId(right), new NodeId(left)));
    }

    public bool IsCut(NodeId from, NodeId to) => cut.Contains((from, to));

    public void Isolate(ulong id)
    {
        foreach (var other in Members.Keys.Where(other => other.Value != id))
            Cut(id, other.Value);
    }

    public void Heal() => cut.Clear();

    public void Tick(ulong id) => Act(this[id], member => member.Node.Tick());

    /// <summary>A tick for everybody, with all that follows delivered.</summary>
    public void TickAll(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            foreach (var member in Members.Values.Where(member => member.IsUp).ToList())
                Act(member, static it => it.Node.Tick());
            Settle();
        }
    }

    /// <summary>Member <paramref name="id"/> campaigns and everything is delivered.</summary>
    public SimulatedMember Elect(ulong id)
    {
        Act(this[id], member => member.Node.Campaign());
        Settle();
        return this[id];
    }

    public ProposalResult Propose(ulong id, string command, ulong request = 1)
    {
        ProposalResult result = default;
        Act(this[id], member => result = member.Node.Propose(request, Encoding.UTF8.GetBytes(command)));
        return result;
    }

    public void Act(SimulatedMember member, Action<SimulatedMember> action)
    {
        action(member);
        Collect(member);
    }

    /// <summary>Takes what a member has ready without writing it.</summary>
    public void Collect(SimulatedMember member)
    {
        Network.AddRange(member.Take(SnapshotContent));
        Checker.Check(this);
    }

    public void Write(SimulatedMember member)
    {
        Network.AddRange(member.Write());
        Collect(member);
    }

    public void Deliver(Message message)
    {
        if (IsCut(message.From, message.To) || !Members.TryGetValue(message.To, out var member) || !member.IsUp)
            return;
        Act(member, it => it.Node.Step(message));
        if (message.Kind == MessageKind.InstallSnapshot && Members[message.From] is { IsUp: true } sender)
            Act(sender, it => it.Node.SnapshotSent(message.To, succeeded: true));
    }

    /// <summary>Writes and delivers everything, in order, until nothing is left.</summary>
    public void Settle()
    {
        for (var round = 0; round < 10_000; round++)
        {
            foreach (var member in Members.Values.Where(member => member.IsUp).ToList())
            {
                while (member.HasUnwritten)
                    Write(member);
            }

            if (Network.Count == 0)
                return;
            var message = Network[0];
            Network.RemoveAt(0);
            Deliver(message);
        }

        throw new InvalidOperationException("the cluster never settles: messages beget messages");
    }

    public static IEnumerable<string> Commands(SimulatedMember member) =>
        member.Applied.Where(entry => entry.Kind == EntryKind.Command && entry.Data.Length > 0)
            .Select(entry => Encoding.UTF8.GetString(entry.Data.Span));

    private IEnumerable<Entry> SnapshotContent(NodeId asker) =>
        Members.Values.Where(member => member.Id != asker).MaxBy(member => member.Applied.Count)!.Applied;

    private RaftOptions OptionsOf(SimulatedMember member) => configure(
        member.Id,
        new RaftOptions { Id = member.Id, Seed = (member.Id.Value * 1_000) + member.Starts });
}
