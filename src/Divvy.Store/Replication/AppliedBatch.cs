using Divvy.Consensus;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>What came of applying some entries.</summary>
internal sealed class AppliedBatch
{
    /// <summary>Results of this member's own proposals.</summary>
    public List<(ulong Request, StoreResult Result)> Answers { get; } = [];

    /// <summary>Membership entries, and whether they changed something.</summary>
    public List<(Entry Entry, bool Accepted)> Memberships { get; } = [];

    /// <summary>The addresses of the members, when they changed.</summary>
    public IReadOnlyList<PeerAddress>? Peers { get; set; }

    public void Clear()
    {
        Answers.Clear();
        Memberships.Clear();
        Peers = null;
    }
}
