using System.Collections.Immutable;

namespace Divvy.Core.Streams;

/// <summary>Who processes one shard of a stream and how far it is: a row of the lease table, whichever store it is in.
/// Immutable.</summary>
/// <param name="Key">The shard's id; with several streams <c>account:stream:creationEpoch:shardId</c>, as the Java KCL
/// writes it.</param>
public sealed record StreamLease(string Key)
{
    /// <summary>The worker that holds it (during a graceful handoff: the one that is to have it next); null: nobody.
    /// </summary>
    public string? Owner { get; init; }

    /// <summary>During a graceful handoff the worker that still processes the shard; otherwise null (KCL 3's
    /// <c>checkpointOwner</c>).</summary>
    public string? YieldingOwner { get; init; }

    /// <summary>Optimistic lock and heartbeat: every write by an owner adds one.</summary>
    public long Counter { get; init; }

    /// <summary>How far the shard is processed.</summary>
    public Checkpoint Checkpoint { get; init; } = Checkpoint.TrimHorizon;

    /// <summary>A checkpoint that was announced and not yet made (two-phase checkpoint); null: none.</summary>
    public Checkpoint? PendingCheckpoint { get; init; }

    /// <summary>What the application stored with the announced checkpoint.</summary>
    public ImmutableArray<byte> PendingState { get; init; } = [];

    /// <summary>How often the owner changed since the last checkpoint.</summary>
    public long OwnerSwitchesSinceCheckpoint { get; init; }

    /// <summary>Shards it came from, by lease key.</summary>
    public ImmutableArray<string> Parents { get; init; } = [];

    /// <summary>Shards that came from it, by lease key; known once it is finished.</summary>
    public ImmutableArray<string> Children { get; init; } = [];

    /// <summary>The keys its shard holds; null when the row does not say.</summary>
    public HashKeyRange? HashKeys { get; init; }

    /// <summary>Whether everything of the shard was processed.</summary>
    public bool IsFinished => Checkpoint.IsShardEnd;

    /// <summary>The worker that processes the shard now, as opposed to the one that is to have it next.</summary>
    public string? Holder => YieldingOwner ?? Owner;
}
