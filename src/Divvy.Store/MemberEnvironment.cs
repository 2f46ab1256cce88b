using Divvy.Store.Replication;
using Microsoft.Extensions.Logging;

namespace Divvy.Store;

/// <summary>What a durable member has of the world outside: all of it, so that whoever hands over other disks, another
/// network and another clock has the same member in another world.</summary>
internal sealed record MemberEnvironment
{
    /// <summary>Its folders. The member's from then on, which ends with disposing of them.</summary>
    public required MemberDisks Disks { get; init; }

    /// <summary>The way to its peers, made once it is known who it is; null: it is alone.</summary>
    public required Func<StoreIdentity, IPeerTransport?> Transport { get; init; }

    /// <summary>The clock of everything that waits.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What runs the work that waits for the disk.</summary>
    public IWorkLoops Loops { get; init; } = DedicatedThreads.Instance;

    /// <summary>A number that no other start of this member draws (<see cref="ReplicaOptions.Salt"/>).</summary>
    public ulong Salt { get; init; } = ReplicaOptions.NewSalt();

    /// <summary>Told what happens to the log; nobody by default.</summary>
    public IReplicaObserver? Observer { get; init; }

    /// <summary>Where it says what an operator should know; nowhere by default.</summary>
    public ILoggerFactory? Loggers { get; init; }
}
