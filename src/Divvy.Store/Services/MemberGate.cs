using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Replication;

namespace Divvy.Store.Services;

/// <summary>What every call passes first, as etcd's interceptors do: a learner answers next to nothing, and a call
/// whose metadata says <c>hasleader: true</c> would rather fail than wait for a leader. Thread-safe.</summary>
/// <param name="member">The member that is called.</param>
/// <param name="patience">How long streams that need a leader go on without one; etcd's is three election
/// timeouts.</param>
internal sealed class MemberGate(IMemberState member, TimeSpan patience)
{
    // Not disposed: no timer and no wait handle is ever made of them, and streams may still hold their tokens.
    private CancellationTokenSource leaderLost = new();
    private TimeSpan? leaderlessSince;

    /// <summary>Cancelled when there has been no leader for too long; the next one is another token.</summary>
    public CancellationToken LeaderLost => Volatile.Read(ref leaderLost).Token;

    /// <summary>Null, or why the call is refused.</summary>
    /// <param name="context">The call.</param>
    /// <param name="isForLearners">A learner answers it too.</param>
    public RpcException? Refuse(RpcServerContext context, bool isForLearners)
    {
        if (member.IsLearner && !isForLearners)
            return EtcdErrors.NotForLearners();
        return !member.HasLeader && NeedsLeader(context) ? ReplicaErrors.NoLeader() : null;
    }

    public static bool NeedsLeader(RpcServerContext context) => context.FindMetadata("hasleader") == "true";

    /// <summary>Whether a learner answers: it may be asked how it is, and for what it holds.</summary>
    public static bool IsForLearners<TRequest>(TRequest request) =>
        request is StatusRequest or RangeRequest { Serializable: true } or SnapshotRequest;

    /// <summary>Ends the streams that need a leader when there has been none for too long. One caller at a
    /// time.</summary>
    public void Poll()
    {
        if (member.HasLeader)
        {
            leaderlessSince = null;
            return;
        }

        leaderlessSince ??= member.Now;
        if (member.Now - leaderlessSince < patience)
            return;
        leaderlessSince = member.Now;
        Interlocked.Exchange(ref leaderLost, new CancellationTokenSource()).Cancel();
    }
}
