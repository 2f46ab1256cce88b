using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Where a member is reached by the others.</summary>
/// <param name="Id">The member.</param>
/// <param name="Name">Its name for people; empty until it has told it.</param>
/// <param name="Urls">Its peer URLs (<c>http://host:port</c> or <c>https://host:port</c>), tried in turn.</param>
public sealed record PeerAddress(NodeId Id, string Name, IReadOnlyList<Uri> Urls)
{
    /// <summary>Name and id, for messages to people.</summary>
    public string Label => Name.Length == 0 ? Id.ToString() : $"{Name} ({Id})";
}
