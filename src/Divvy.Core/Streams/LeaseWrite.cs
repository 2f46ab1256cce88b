using System.Collections.Immutable;

namespace Divvy.Core.Streams;

/// <summary>
/// One conditional write of one row of the lease table: what the row must look like, and what changes in it.
/// <para><b>The table's protocol</b> is the Java KCL's (2.x, and 3.x for handoffs), so that workers of both kinds can
/// share a table. The counter is heartbeat and optimistic lock at once. Whoever owns a lease adds one to it at every
/// write; whoever takes it adds to it as well. So of all writes that were decided on one state of the row one succeeds,
/// and a worker that lost its lease can write nothing any more: its checkpoint is fenced.</para>
/// <para><b>Handing over</b> (3.x): who wants a lease that somebody processes writes itself as the owner and that one
/// as the checkpoint owner, and leaves the counter alone. The checkpoint owner goes on renewing and checkpointing until
/// its processor has finished, then removes itself. Both attributes are part of the condition of every write here, so
/// that a request for a lease cannot be overwritten unread.</para>
/// <para><b>One rule beyond the KCL's</b>: a worker that takes a lease whose row names itself (its process was started
/// again, or a take's answer was lost) adds two. A process that still waits for the answer of a write of its own
/// expects one more than before, and so cannot mistake the other process's row for its own.</para>
/// </summary>
/// <param name="Purpose">Why it is written.</param>
/// <param name="Before">The row as it was read.</param>
/// <param name="After">The row as it is to be; only attributes that differ are written.</param>
public sealed record LeaseWrite(LeasePurpose Purpose, StreamLease Before, StreamLease After)
{
    /// <summary>The lease.</summary>
    public string Key => Before.Key;

    /// <summary>Whether the counter must be as it was read: true but for <see cref="LeasePurpose.Ask"/>, which must not
    /// lose against renewals.</summary>
    public bool GuardsCounter => Purpose != LeasePurpose.Ask;

    /// <summary>Shows that the owner lives.</summary>
    public static LeaseWrite Renew(StreamLease row) =>
        new(LeasePurpose.Renew, row, row with { Counter = row.Counter + 1 });

    /// <summary>Makes the worker the owner, whatever is under way.</summary>
    public static LeaseWrite Take(StreamLease row, string worker) => new(LeasePurpose.Take, row, row with
    {
        Owner = worker,
        YieldingOwner = null,
        Counter = row.Counter + (row.Owner == worker ? 2 : 1),
        OwnerSwitchesSinceCheckpoint =
            row.OwnerSwitchesSinceCheckpoint + (row.Holder is null || row.Holder == worker ? 0 : 1),
    });

    /// <summary>Asks the owner for its lease.</summary>
    public static LeaseWrite Ask(StreamLease row, string worker) =>
        new(LeasePurpose.Ask, row, row with { Owner = worker, YieldingOwner = row.Owner });

    /// <summary>Lets the one that asked have the lease.</summary>
    public static LeaseWrite HandOver(StreamLease row) => new(LeasePurpose.HandOver, row, row with
    {
        YieldingOwner = null,
        Counter = row.Counter + 1,
        OwnerSwitchesSinceCheckpoint = row.OwnerSwitchesSinceCheckpoint + 1,
    });

    /// <summary>Lets anybody have the lease.</summary>
    public static LeaseWrite Release(StreamLease row) => new(
        LeasePurpose.Release, row, row with { Owner = null, YieldingOwner = null, Counter = row.Counter + 1 });

    /// <summary>Writes how far the shard is processed.</summary>
    public static LeaseWrite MakeCheckpoint(StreamLease row, Checkpoint checkpoint) => new(
        LeasePurpose.Checkpoint, row, Checkpointed(row, checkpoint));

    /// <summary>Announces a checkpoint.</summary>
    public static LeaseWrite Announce(StreamLease row, Checkpoint checkpoint, ImmutableArray<byte> state) => new(
        LeasePurpose.Announce,
        row,
        row with { PendingCheckpoint = checkpoint, PendingState = state, Counter = row.Counter + 1 });

    /// <summary>Writes that the shard is processed to its end.</summary>
    public static LeaseWrite Finish(StreamLease row, ImmutableArray<string> children) => new(
        LeasePurpose.Finish,
        row,
        Checkpointed(row, Checkpoint.ShardEnd) with { Owner = row.Holder, YieldingOwner = null, Children = children });

    /// <summary>Whether the row is as the write expects it.</summary>
    public bool Allows(StreamLease row) =>
        row.Owner == Before.Owner
        && row.YieldingOwner == Before.YieldingOwner
        && (!GuardsCounter || row.Counter == Before.Counter);

    /// <summary>The row after the write, if it was as expected: what does not differ between <see cref="Before"/> and
    /// <see cref="After"/> stays as it is.</summary>
    public StreamLease ApplyTo(StreamLease row) =>
        GuardsCounter ? After : row with { Owner = After.Owner, YieldingOwner = After.YieldingOwner };

    /// <summary>Whether a row is what this write leaves: one that was refused had been made before, by an attempt whose
    /// answer was lost and that a client library repeated.</summary>
    public bool IsMadeIn(StreamLease row) =>
        row.Owner == After.Owner
        && row.YieldingOwner == After.YieldingOwner
        && row.Checkpoint == After.Checkpoint
        && row.PendingCheckpoint == After.PendingCheckpoint
        && (!GuardsCounter || row.Counter == After.Counter);

    private static StreamLease Checkpointed(StreamLease row, Checkpoint checkpoint) => row with
    {
        Checkpoint = checkpoint,
        PendingCheckpoint = null,
        PendingState = [],
        OwnerSwitchesSinceCheckpoint = 0,
        Counter = row.Counter + 1,
    };
}
