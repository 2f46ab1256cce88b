namespace Divvy.Store.Failpoints;

/// <summary>The places in a member where something can be made to go wrong, under etcd's names where it has the same
/// place. None is reached under a lock that reads or heartbeats need, so one that sleeps holds up only what comes after
/// it.</summary>
internal sealed class MemberFailpoints(FailpointRegistry registry)
{
    /// <summary>Before a batch of entries is written to the log, and after it is durable.</summary>
    public Failpoint BeforeSave { get; } = registry.Define("raftBeforeSave");

    public Failpoint AfterSave { get; } = registry.Define("raftAfterSave");

    /// <summary>Between writing the log and synchronising it. The second name is the etcd metrics lab's.</summary>
    public Failpoint BeforeSync { get; } = registry.Define("walBeforeSync");

    public Failpoint BeforeDataSync { get; } = registry.Define("walBeforeFdatasync");

    public Failpoint AfterSync { get; } = registry.Define("walAfterSync");

    /// <summary>Before proposals that have gathered go to the followers.</summary>
    public Failpoint BeforeLeaderSend { get; } = registry.Define("raftBeforeLeaderSend");

    /// <summary>Before a follower acknowledges what it has made durable.</summary>
    public Failpoint BeforeFollowerSend { get; } = registry.Define("raftBeforeFollowerSend");

    /// <summary>After a batch of entries is durable, before Raft hears of it.</summary>
    public Failpoint BeforeAdvance { get; } = registry.Define("raftBeforeAdvance");

    /// <summary>Where a leader's heartbeat arrives; <c>return</c> drops it.</summary>
    public Failpoint DropHeartbeat { get; } = registry.Define("raftDropHeartbeat");

    /// <summary>Before the log is told of a snapshot that is complete, and after.</summary>
    public Failpoint BeforeSaveSnapshot { get; } = registry.Define("raftBeforeSaveSnap");

    public Failpoint AfterSaveSnapshot { get; } = registry.Define("raftAfterSaveSnap");

    /// <summary>After segments that a snapshot made unnecessary are gone.</summary>
    public Failpoint AfterRelease { get; } = registry.Define("raftAfterWALRelease");

    /// <summary>Before a snapshot from a leader replaces the state, and after.</summary>
    public Failpoint BeforeApplySnapshot { get; } = registry.Define("raftBeforeApplySnap");

    public Failpoint AfterApplySnapshot { get; } = registry.Define("raftAfterApplySnap");

    /// <summary>Before such a snapshot is read, and after.</summary>
    public Failpoint BeforeOpenSnapshot { get; } = registry.Define("applyBeforeOpenSnapshot");

    public Failpoint AfterOpenSnapshot { get; } = registry.Define("applyAfterOpenSnapshot");

    /// <summary>Before committed entries are applied, and before a change of membership is.</summary>
    public Failpoint BeforeApply { get; } = registry.Define("beforeApplyOneEntryNormal");

    public Failpoint BeforeApplyMembership { get; } = registry.Define("beforeApplyOneConfChange");

    /// <summary>After entries were applied, before and after their callers are told.</summary>
    public Failpoint BeforeCommit { get; } = registry.Define("beforeCommit");

    public Failpoint AfterCommit { get; } = registry.Define("afterCommit");

    /// <summary>Before a member tells its name and addresses.</summary>
    public Failpoint BeforePublish { get; } = registry.Define("beforePublishing");

    /// <summary>Before the leader looks up what is left of a lease, for its own clients and for another
    /// member's.</summary>
    public Failpoint BeforeLeaseLookup { get; } = registry.Define("beforeLookupWhenLeaseTimeToLive");

    public Failpoint BeforeForwardedLeaseLookup { get; } = registry.Define("beforeLookupWhenForwardLeaseTimeToLive");

    /// <summary>Before a renewal takes back what a checkpoint wrote down.</summary>
    public Failpoint BeforeRenewalCheckpoint { get; } = registry.Define("beforeCheckpointInLeaseRenew");

    /// <summary>Before a message goes to a watching client.</summary>
    public Failpoint BeforeWatchSend { get; } = registry.Define("beforeSendWatchResponse");

    /// <summary>Before watchers that are behind read on.</summary>
    public Failpoint BeforeWatchSync { get; } = registry.Define("beforeSyncWatchers");

    /// <summary>Around each piece of the physical part of a compaction, and around its end.</summary>
    public Failpoint CompactBeforePiece { get; } = registry.Define("compactBeforeCommitBatch");

    public Failpoint CompactAfterPiece { get; } = registry.Define("compactAfterCommitBatch");

    public Failpoint CompactBeforeEnd { get; } = registry.Define("compactBeforeSetFinishedCompact");

    public Failpoint CompactAfterEnd { get; } = registry.Define("compactAfterSetFinishedCompact");

    /// <summary>Before a snapshot is written, which is what a defragmentation does, and before it gets its
    /// name.</summary>
    public Failpoint DefragmentBeforeCopy { get; } = registry.Define("defragBeforeCopy");

    public Failpoint DefragmentBeforeRename { get; } = registry.Define("defragBeforeRename");
}
