using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Distributed;

/// <summary>A lease as it is kept in the state of its shard: JSON with the names of the Java KCL's attributes, and the
/// generation it was written in.</summary>
internal sealed record LeaseRow
{
    public string? LeaseOwner { get; init; }

    public long LeaseCounter { get; init; }

    public required string Checkpoint { get; init; }

    public long CheckpointSubSequenceNumber { get; init; }

    public string? PendingCheckpoint { get; init; }

    public long? PendingCheckpointSubSequenceNumber { get; init; }

    public byte[]? PendingCheckpointState { get; init; }

    public long OwnerSwitchesSinceCheckpoint { get; init; }

    public string[]? ParentShardIds { get; init; }

    public string[]? ChildShardIds { get; init; }

    public string? StartingHashKey { get; init; }

    public string? EndingHashKey { get; init; }

    /// <summary>The shard's generation when this was written; 0: nobody had owned it.</summary>
    public long Generation { get; init; }

    public static byte[] Encode(StreamLease lease, long generation)
    {
        var row = new LeaseRow
        {
            LeaseOwner = lease.Owner,
            LeaseCounter = lease.Counter,
            Checkpoint = lease.Checkpoint.SequenceNumber,
            CheckpointSubSequenceNumber = lease.Checkpoint.SubSequenceNumber,
            PendingCheckpoint = lease.PendingCheckpoint?.SequenceNumber,
            PendingCheckpointSubSequenceNumber = lease.PendingCheckpoint?.SubSequenceNumber,
            PendingCheckpointState = lease.PendingState.IsDefaultOrEmpty ? null : [.. lease.PendingState],
            OwnerSwitchesSinceCheckpoint = lease.OwnerSwitchesSinceCheckpoint,
            ParentShardIds = lease.Parents.IsEmpty ? null : [.. lease.Parents],
            ChildShardIds = lease.Children.IsEmpty ? null : [.. lease.Children],
            StartingHashKey = lease.HashKeys?.Start.ToString(CultureInfo.InvariantCulture),
            EndingHashKey = lease.HashKeys?.End.ToString(CultureInfo.InvariantCulture),
            Generation = generation,
        };
        return JsonSerializer.SerializeToUtf8Bytes(row, LeaseJson.Default.LeaseRow);
    }

    /// <summary>A state nobody wrote is that of a shard somebody added by hand: its lease begins at the
    /// beginning.</summary>
    /// <exception cref="LeaseStoreException">The state is something else than a lease.</exception>
    public static (StreamLease Lease, long Generation) Decode(string key, ReadOnlyMemory<byte> state)
    {
        if (state.IsEmpty)
            return (new StreamLease(key), 0);
        try
        {
            var row = JsonSerializer.Deserialize(state.Span, LeaseJson.Default.LeaseRow)
                ?? throw new JsonException("it is null");
            return (row.ToLease(key), row.Generation);
        }
        catch (Exception failure) when (failure is JsonException or FormatException or OverflowException)
        {
            throw new LeaseStoreException(
                $"the state of shard {key} is no lease: {failure.Message}. Something else uses the namespace: give the"
                    + " application one of its own.",
                failure);
        }
    }

    private StreamLease ToLease(string key) => new(key)
    {
        Owner = LeaseOwner,
        Counter = LeaseCounter,
        Checkpoint = new Checkpoint(Checkpoint, CheckpointSubSequenceNumber),
        PendingCheckpoint = PendingCheckpoint is { } pending
            ? new Checkpoint(pending, PendingCheckpointSubSequenceNumber ?? 0)
            : null,
        PendingState = ImmutableArray.Create(PendingCheckpointState ?? []),
        OwnerSwitchesSinceCheckpoint = OwnerSwitchesSinceCheckpoint,
        Parents = ImmutableArray.Create(ParentShardIds ?? []),
        Children = ImmutableArray.Create(ChildShardIds ?? []),
        HashKeys = StartingHashKey is { } start && EndingHashKey is { } end
            ? new HashKeyRange(
                UInt128.Parse(start, CultureInfo.InvariantCulture), UInt128.Parse(end, CultureInfo.InvariantCulture))
            : null,
    };
}
