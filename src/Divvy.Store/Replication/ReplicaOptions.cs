using System.Security.Cryptography;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Replication;

/// <summary>How a replica runs.</summary>
internal sealed record ReplicaOptions
{
    public required NodeId Id { get; init; }

    public required Instruments Instruments { get; init; }

    /// <summary>Steps run on the caller's thread instead of on threads of their own: for a store in memory, and where
    /// a simulation drives.</summary>
    public bool RunsInline { get; init; }

    /// <summary>What runs the steps otherwise.</summary>
    public IWorkLoops Loops { get; init; } = DedicatedThreads.Instance;

    /// <summary>Told what happens to the log; nobody by default.</summary>
    public IReplicaObserver? Observer { get; init; }

    /// <summary>Where the numbers of requests and leases begin: a number that no other start of this member drew. Were
    /// it a time, a clock set back could make an entry from before a restart answer a request made after it.</summary>
    public ulong Salt { get; init; } = NewSalt();

    /// <summary>Length of a tick, which is a heartbeat.</summary>
    public required TimeSpan Tick { get; init; }

    /// <summary>How long a proposal or a read may take before its caller is told so. etcd's is five seconds and two
    /// election timeouts.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>How long an answer to a read barrier is waited for before it is asked again. etcd's is 500
    /// ms.</summary>
    public TimeSpan BarrierRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Committed entries waiting to be applied, and proposals waiting to be taken, before more are refused.
    /// etcd's is 5,000.</summary>
    public int MaxPendingEntries { get; init; } = 5000;

    /// <summary>Proposals that wait for an answer before more are refused: they pile up while there is no
    /// quorum.</summary>
    public int MaxPendingProposals { get; init; } = 50_000;

    /// <summary>Applied entries kept in memory for members that are a little behind.</summary>
    public required int TrailingEntries { get; init; }

    /// <summary>Bytes of such entries.</summary>
    public long TrailingBytes { get; init; } = 32 << 20;

    /// <summary>How long entries after a snapshot that was sent are kept, so that its receiver can go on from
    /// it.</summary>
    public TimeSpan SnapshotCatchUp { get; init; } = TimeSpan.FromSeconds(30);

    public static ulong NewSalt() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
