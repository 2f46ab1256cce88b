using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Consensus.State;

/// <summary>What the cluster knows of a member besides its vote.</summary>
/// <param name="Id">The member.</param>
/// <param name="Name">Its name for people; empty until it has started once.</param>
/// <param name="PeerUrls">Where the other members reach it.</param>
/// <param name="ClientUrls">Where clients reach it; empty until it has started once.</param>
public sealed record MemberRecord(
    NodeId Id, string Name, ImmutableArray<string> PeerUrls, ImmutableArray<string> ClientUrls)
{
    public bool Equals(MemberRecord? other) => other is not null && Id == other.Id && Name == other.Name
        && PeerUrls.SequenceEqual(other.PeerUrls) && ClientUrls.SequenceEqual(other.ClientUrls);

    public override int GetHashCode() => Id.GetHashCode();
}
