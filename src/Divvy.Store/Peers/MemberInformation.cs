using Divvy.Consensus.Raft;

namespace Divvy.Store.Peers;

/// <summary>A member as the cluster knows it.</summary>
/// <param name="Id">The member.</param>
/// <param name="Name">Its name; empty until it has told it.</param>
/// <param name="PeerUrls">Where the other members reach it.</param>
/// <param name="ClientUrls">Where clients reach it; empty until it has told them.</param>
/// <param name="IsLearner">It has no vote yet.</param>
public sealed record MemberInformation(
    NodeId Id, string Name, IReadOnlyList<Uri> PeerUrls, IReadOnlyList<Uri> ClientUrls, bool IsLearner);
