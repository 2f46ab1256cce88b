using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Consensus.State;

/// <summary>Names and addresses of the members, as replicated by the log. Who has a vote is
/// <see cref="Raft.Membership.MembershipState"/>'s business. An id that was removed never comes back.</summary>
public sealed class MemberBook
{
    private readonly SortedDictionary<NodeId, MemberRecord> members = [];
    private readonly SortedSet<NodeId> removed = [];

    public IReadOnlyCollection<MemberRecord> All => members.Values;

    public IReadOnlyCollection<NodeId> Removed => removed;

    public MemberRecord? Find(NodeId id) => members.GetValueOrDefault(id);

    public bool WasRemoved(NodeId id) => removed.Contains(id);

    public void Load(IEnumerable<MemberRecord> records, IEnumerable<NodeId> removedIds)
    {
        members.Clear();
        removed.Clear();
        foreach (var record in records)
            members.Add(record.Id, record);
        removed.UnionWith(removedIds);
    }

    /// <summary>Whether a member could be added under this id with these peer URLs.</summary>
    public MemberOutcome CheckAdd(NodeId id, ImmutableArray<string> peerUrls)
    {
        if (members.ContainsKey(id) || removed.Contains(id))
            return MemberOutcome.IdExists;
        return IsTaken(peerUrls, id) ? MemberOutcome.PeerUrlExists : MemberOutcome.Ok;
    }

    public void Add(MemberRecord member) => members[member.Id] = member;

    public void Remove(NodeId id)
    {
        members.Remove(id);
        removed.Add(id);
    }

    public MemberOutcome Apply(MemberCommand command)
    {
        if (!members.TryGetValue(command.Member, out var member))
            return MemberOutcome.NotFound;
        switch (command)
        {
            case MemberPublishCommand publish:
                members[member.Id] = member with { Name = publish.Name, ClientUrls = publish.ClientUrls };
                return MemberOutcome.Ok;
            case MemberUpdateCommand update:
                if (IsTaken(update.PeerUrls, member.Id))
                    return MemberOutcome.PeerUrlExists;
                members[member.Id] = member with { PeerUrls = update.PeerUrls };
                return MemberOutcome.Ok;
            default:
                throw new InvalidOperationException($"{command.GetType().Name} is no command about a member");
        }
    }

    private bool IsTaken(ImmutableArray<string> peerUrls, NodeId except) =>
        members.Values.Any(member => member.Id != except && member.PeerUrls.Any(url => peerUrls.Contains(url)));
}
