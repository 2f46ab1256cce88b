using Divvy.Consensus.Raft.Membership;

namespace Divvy.Consensus.Raft;

/// <summary>A snapshot as the core sees it: where in the log it stands and who was a member then. Its content is the
/// shell's business; the shell streams it and reports how that ended (paper section 7).</summary>
public sealed record Snapshot(EntryId Last, MembershipState Membership);
