using System.Threading.Tasks.Sources;
using Divvy.Consensus;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>A caller that waits until its command was applied, or until it is known that it never will be. Completed
/// once; whoever completes it runs the caller on, so this is done outside every lock.</summary>
internal sealed class PendingProposal(ulong request, byte[] data, TimeSpan deadline) : IValueTaskSource<StoreResult>
{
    private ManualResetValueTaskSourceCore<StoreResult> core;

    /// <summary>Names it among all proposals of this member, over restarts too.</summary>
    public ulong Request { get; } = request;

    /// <summary>The command as it goes into the log.</summary>
    public byte[] Data { get; } = data;

    /// <summary>When the caller is told that it took too long.</summary>
    public TimeSpan Deadline { get; } = deadline;

    /// <summary>It must not outlive the leadership it was made in.</summary>
    public bool IsForThisLeader { get; init; }

    /// <summary>The term whose leader has it; 0: nobody has.</summary>
    public Term Term { get; set; }

    /// <summary>It was sent to a leader that could not be reached since: it may be in its log, or not.</summary>
    public bool IsUncertain { get; set; }

    public ValueTask<StoreResult> Task => new(this, core.Version);

    public void Complete(StoreResult result) => core.SetResult(result);

    public void Fail(Exception failure) => core.SetException(failure);

    StoreResult IValueTaskSource<StoreResult>.GetResult(short token) => core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<StoreResult>.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource<StoreResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);
}
