namespace Divvy.Store;

/// <summary>A member that was made a cluster of its own.</summary>
/// <param name="ClusterId">The cluster, under its old id.</param>
/// <param name="MemberId">The member, under its old id.</param>
/// <param name="Revision">The store's revision.</param>
/// <param name="UnconfirmedEntries">Entries at the end of its log of which it did not know whether they had been
/// committed; they count as committed now.</param>
/// <param name="RemovedMembers">Names, or ids, of the members that do not belong any more.</param>
public sealed record RecoveredMember(
    ulong ClusterId, ulong MemberId, long Revision, int UnconfirmedEntries, IReadOnlyList<string> RemovedMembers);
