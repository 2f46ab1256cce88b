using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Consensus.State;

/// <summary>Changes what is known of a member, not who is one. A closed family.</summary>
public abstract record MemberCommand(NodeId Member) : StoreCommand;

/// <summary>A member that has started says its name and where clients reach it.</summary>
public sealed record MemberPublishCommand(NodeId Member, string Name, ImmutableArray<string> ClientUrls)
    : MemberCommand(Member);

/// <summary>An operator moves a member to other peer URLs.</summary>
public sealed record MemberUpdateCommand(NodeId Member, ImmutableArray<string> PeerUrls) : MemberCommand(Member);
