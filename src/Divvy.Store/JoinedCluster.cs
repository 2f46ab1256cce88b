using Divvy.Consensus.Raft;
using Divvy.Consensus.State;

namespace Divvy.Store;

/// <summary>The running cluster that a new member joins, as one of its members told it.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="MemberId">The id under which the new member was added.</param>
/// <param name="Members">All members, the new one included.</param>
internal sealed record JoinedCluster(ulong ClusterId, NodeId MemberId, IReadOnlyList<MemberRecord> Members);
