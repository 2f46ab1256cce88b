namespace Divvy.Consensus.Raft;

/// <summary>The settings of one member. Times are in ticks: the shell decides how long a tick is.</summary>
public sealed record RaftOptions
{
    public required NodeId Id { get; init; }

    /// <summary>Ticks between a leader's heartbeats. Default 1.</summary>
    public int HeartbeatTicks { get; init; } = 1;

    /// <summary>Ticks without a leader before a follower campaigns; each wait is drawn from [n, 2n). At least 3
    /// heartbeats;
    /// default 10, as etcd's.</summary>
    public int ElectionTicks { get; init; } = 10;

    /// <summary>Ask before raising the term (thesis section 9.6), so that a partitioned member disturbs
    /// nobody.</summary>
    public bool PreVote { get; init; } = true;

    /// <summary>A leader that hears from no quorum for an election timeout steps down (thesis section 6.2), and members
    /// that hear a leader refuse votes (section 4.2.3).</summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>Answer reads by the leader's lease instead of a round of heartbeats (thesis section 6.4.1). Needs
    /// <see cref="CheckQuorum"/>, clocks that drift by less than one in <see cref="ElectionTicks"/>, and a shell that
    /// ticks for all the time that passed before it steps anything else, also after the process stood
    /// still. All members must agree on it.</summary>
    public bool LeaseReads { get; init; }

    /// <summary>Bytes of entries in one AppendEntries; at least one entry always goes. Default 1 MiB, as
    /// etcd's.</summary>
    public ulong MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>AppendEntries on their way to one follower. Default 512, as etcd's.</summary>
    public int MaxInflightMessages { get; init; } = 512;

    /// <summary>Bytes on their way to one follower. Default 64 MiB.</summary>
    public ulong MaxInflightBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of uncommitted entries a leader takes before it refuses proposals. Default 256 MiB.</summary>
    public ulong MaxUncommittedBytes { get; init; } = 256 << 20;

    /// <summary>Bytes of committed entries handed out at once to be applied. Default 8 MiB.</summary>
    public ulong MaxCommittedBytesPerReady { get; init; } = 8 << 20;

    /// <summary>Read barriers and forwarded proposals that may wait at once. Default 16,384.</summary>
    public int MaxPendingRequests { get; init; } = 16_384;

    /// <summary>Seeds the randomised election timeouts; give each member another one.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Every complaint about the settings; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Id.IsNone)
            errors.Add($"{nameof(Id)} must not be 0");
        if (HeartbeatTicks < 1)
            errors.Add($"{nameof(HeartbeatTicks)} must be at least 1, is {HeartbeatTicks}");
        if (ElectionTicks < 3 * HeartbeatTicks)
            errors.Add($"{nameof(ElectionTicks)} must be at least 3 heartbeats, is {ElectionTicks}");
        if (LeaseReads && !CheckQuorum)
            errors.Add($"{nameof(LeaseReads)} needs {nameof(CheckQuorum)}");
        if (MaxInflightMessages < 1)
            errors.Add($"{nameof(MaxInflightMessages)} must be at least 1, is {MaxInflightMessages}");
        if (MaxInflightBytes < MaxMessageBytes)
            errors.Add($"{nameof(MaxInflightBytes)} must hold one message ({MaxMessageBytes}), is {MaxInflightBytes}");
        if (MaxPendingRequests < 1)
            errors.Add($"{nameof(MaxPendingRequests)} must be at least 1, is {MaxPendingRequests}");
        return errors;
    }
}
