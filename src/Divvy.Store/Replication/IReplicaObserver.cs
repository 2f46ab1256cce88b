using System.Collections.Immutable;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>Told what a replica does with its log, for who compares the members of a cluster with each other. Called in
/// the middle of things, partly under locks: it must neither block nor call back.</summary>
internal interface IReplicaObserver
{
    /// <summary>This member was elected.</summary>
    /// <param name="term">For this term.</param>
    /// <param name="last">The end of its log, which its first own entry may be already.</param>
    void Leads(Term term, EntryId last);

    /// <summary>Entries were applied to the state, in this order.</summary>
    void Applied(ImmutableArray<Entry> entries);

    /// <summary>The state was replaced by a leader's snapshot, which ends at this entry.</summary>
    void Installed(EntryId last);
}
