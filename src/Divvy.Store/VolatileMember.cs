using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Raft;
using Divvy.Consensus.Raft.Membership;
using Divvy.Consensus.State;
using Divvy.Store.Replication;

namespace Divvy.Store;

/// <summary>The beginning of a member without a disk: alone, empty, and run on its callers' threads.</summary>
internal static class VolatileMember
{
    public static MemberStart Start(EmbeddedStoreOptions options, StoreIdentity identity)
    {
        var id = new NodeId(identity.MemberId);
        var genesis = new Snapshot(new EntryId(new Term(1), new LogIndex(1)), MembershipState.Of(id));
        var state = new StateMachine(MvccOptionsOf(options), options.WatchLimits);
        state.Load(genesis.Last, genesis.Membership);
        state.Members.Add(new MemberRecord(
            id, options.Name, [.. options.AdvertisePeerUrls], [.. options.AdvertiseClientUrls]));
        var replica = ReplicaOptionsOf(options, id) with { RunsInline = true };
        var raft = RaftOf(options, id, default, genesis, []);
        return new MemberStart(identity, replica, raft, new VolatileLog(), state, null, MemberDisks.None);
    }

    public static MvccOptions MvccOptionsOf(EmbeddedStoreOptions options) =>
        new();

    public static ReplicaOptions ReplicaOptionsOf(EmbeddedStoreOptions options, NodeId id) => new()
    {
        Id = id,
        Tick = options.HeartbeatInterval,
        RequestTimeout = options.RequestTimeout,
        TrailingEntries = options.TrailingEntries,
        Instruments = options.Instruments,
    };

    public static RaftNode RaftOf(
        EmbeddedStoreOptions options, NodeId id, HardState hardState, Snapshot snapshot, IEnumerable<Entry> entries) =>
        new(
            new RaftOptions
            {
                Id = id,
                ElectionTicks = (int)Math.Ceiling(options.ElectionTimeout / options.HeartbeatInterval),
                MaxMessageBytes = options.MaxAppendBytes,
                Seed = id.Value,
            },
            hardState,
            snapshot,
            entries);
}
