using Divvy.Consensus.Mvcc.Export;
using Divvy.Consensus.Mvcc.Hashing;
using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Mvcc;

/// <summary>
/// A multi-version key-value store with leases, as etcd's v3 API describes it, as a deterministic state machine.
/// <para><b>Who may do what.</b> Its one owner feeds it the commands of an ordered log (<see cref="Apply"/>) and may
/// read between two of them. It has no clock: a lease ends when the log says so. It has no dice: ids come with the
/// commands. Members that apply the same log from the same options hold the same state and gave the same answers,
/// refusals included.</para>
/// <para><b>Revisions.</b> The store has one counter. A command that changes any key raises it by one, and every key
/// it changed carries that number; a delete that meets nothing, or a transaction that only reads, leaves it. Each
/// key keeps its records until a compaction says from which revision on reads must stay possible; the newest record
/// of a key that exists is never dropped.</para>
/// <para><b>Long work comes in pieces</b>, so that nobody waits for it: a range is read through a cursor
/// (<see cref="Begin"/>), a compaction answers at once and leaves its work to <see cref="CompactStep"/>, an export and
/// a hash go step by step. None of these lets a result depend on when the pieces are run.</para>
/// <para><b>Refusals.</b> A refused command changed nothing and raised nothing but <see cref="AppliedIndex"/>. What
/// can be refused without looking at the store is <see cref="RequestRules"/>' task, before the log; applying a
/// command that breaks these rules is safe all the same, but for <see cref="EmptyOperation"/>.</para>
/// <para>Source: etcd's documentation of the v3 API (KV, Lease) and its measured behaviour, which the conformance
/// suite compares.</para>
/// </summary>
public sealed class MvccStore
{
    private readonly LeaseBook leases;
    private readonly KeySpace keys;
    private readonly TxnRunner runner;

    public MvccStore(MvccOptions options)
    {
        leases = new LeaseBook(options.MinLeaseTtlSeconds);
        keys = new KeySpace(leases);
        runner = new TxnRunner(keys, leases);
    }

    /// <summary>Takes over what was read back from an export.</summary>
    internal MvccStore(LeaseBook leases, KeySpace keys, long appliedIndex)
    {
        this.leases = leases;
        this.keys = keys;
        runner = new TxnRunner(keys, leases);
        AppliedIndex = appliedIndex;
    }

    /// <summary>Index of the last applied command; 0: none.</summary>
    public long AppliedIndex { get; private set; }

    public long Revision => keys.Revision;

    /// <summary>Reads below this revision are refused, at it they are not; -1: never compacted.</summary>
    public long CompactedRevision => keys.CompactedRevision;

    /// <summary>Estimated memory of the records, superseded ones included.</summary>
    public long EstimatedBytes => keys.Counters.Bytes;

    /// <summary>Records that compactions have yet to look at (<see cref="CompactStep"/>).</summary>
    public int CompactionBacklog => keys.Compaction.Backlog;

    /// <summary>What the last command changed, in order; empty when it changed nothing. Valid until the next command
    /// or
    /// <see cref="Read"/>.</summary>
    public IReadOnlyList<KeyRecord> LastChanges => keys.Changes;

    /// <summary>All leases, by id.</summary>
    public IReadOnlyCollection<Lease> Leases => leases.All;

    internal RevisionLog Log => keys.Log;

    public Lease? FindLease(long id) => leases.Find(id);

    public MvccStatistics Statistics() =>
        keys.Counters.Snapshot(leases.All.Count, keys.Compaction.Backlog, keys.Pins.Count);

    /// <summary>Applies the next command of the log.
    /// <exception cref="InvalidOperationException">The index is not the one after the last: a command was lost or
    /// came twice, and going on would part this member from the others.</exception></summary>
    public MvccResult Apply(long index, MvccCommand command)
    {
        if (index != AppliedIndex + 1)
        {
            throw new InvalidOperationException(
                $"Command {index} cannot be applied after {AppliedIndex}: the log has neither gaps nor repeats");
        }
        AppliedIndex = index;
        return command switch
        {
            TxnOperation txn => runner.RunTxn(txn),
            MvccOperation operation => runner.RunSingle(operation),
            CompactCommand compact => Compact(compact),
            LeaseGrantCommand grant => Grant(grant),
            LeaseRevokeCommand revoke => Revoke(revoke),
            LeaseCheckpointCommand checkpoint => Checkpoint(checkpoint),
            _ => throw new InvalidOperationException($"{command.GetType().Name} is not a command of this store"),
        };
    }

    /// <summary>Reads outside the log, in one go. A long range keeps the owner busy for as long: see <see
    /// cref="Begin"/>.</summary>
    public RangeResult Range(RangeOperation operation) => RangeReader.Read(keys, operation);

    /// <summary>Reads one key and allocates nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="revision">The revision to read at; 0 or less: the current one.</param>
    /// <param name="record">The key's record; null when it did not exist.</param>
    public MvccOutcome Get(ReadOnlySpan<byte> key, long revision, out KeyRecord? record)
    {
        record = null;
        if (revision > keys.Revision)
            return MvccOutcome.FutureRevision;
        var readAt = revision > 0 ? revision : keys.Revision;
        if (readAt < keys.CompactedRevision)
            return MvccOutcome.Compacted;
        keys.Counters.Ranges++;
        record = keys.Index.Find(key)?.At(readAt);
        return MvccOutcome.Ok;
    }

    /// <summary>Begins to read a range and does the first piece of it, which is often all: then nothing was pinned,
    /// and
    /// <see cref="RangeCursor.Result"/> has the answer.</summary>
    public RangeCursor Begin(RangeOperation operation, int maxKeys)
    {
        var cursor = new RangeCursor(keys, operation);
        cursor.Step(maxKeys);
        return cursor;
    }

    /// <summary>Does a piece of the work that compactions left, looking at so many records at most; false when
    /// nothing is left that can be done now. What a reader in progress needs is left for later.</summary>
    public bool CompactStep(int maxRecords) => keys.Compaction.Step(maxRecords);

    /// <summary>Whether the store was compacted to this revision and nothing of that work is left.</summary>
    public bool IsPhysicallyCompacted(long revision) => keys.Compaction.IsDone(revision);

    /// <summary>Begins to write this very state, in chunks.</summary>
    public MvccExport BeginExport() => new(keys, leases.All, AppliedIndex);

    /// <summary>Begins to hash the keys at a revision; 0 or less: the current one.</summary>
    public HashCursor BeginHashKv(long revision) => new(keys, revision);

    /// <summary>Begins to hash this very state, leases included. It differs when compactions differ.</summary>
    public HashCursor BeginHash()
    {
        var hash = new HashCursor(keys, 0);
        hash.AddState(leases.All);
        return hash;
    }

    /// <summary>Runs a transaction that cannot write, outside the log.
    /// <exception cref="ArgumentException">It could write.</exception></summary>
    public MvccResult Read(TxnOperation txn)
    {
        if (!txn.IsReadOnly)
            throw new ArgumentException("A transaction that can write must come through the log", nameof(txn));
        return runner.RunTxn(txn);
    }

    private PlainResult Compact(CompactCommand compact)
    {
        keys.BeginRevision();
        if (compact.Revision <= keys.CompactedRevision)
            return new PlainResult(MvccOutcome.Compacted, keys.Revision);
        if (compact.Revision > keys.Revision)
            return new PlainResult(MvccOutcome.FutureRevision, keys.Revision);
        keys.Compaction.CompactTo(compact.Revision);
        return new PlainResult(MvccOutcome.Ok, keys.Revision);
    }

    private LeaseGrantResult Grant(LeaseGrantCommand grant)
    {
        keys.BeginRevision();
        var outcome = leases.Grant(grant.Id, grant.TtlSeconds, out var lease);
        return new LeaseGrantResult(outcome, keys.Revision, grant.Id, lease?.TtlSeconds ?? 0);
    }

    private PlainResult Revoke(LeaseRevokeCommand revoke)
    {
        keys.BeginRevision();
        if (leases.Find(revoke.Id) is not { } lease)
            return new PlainResult(MvccOutcome.LeaseNotFound, keys.Revision);
        foreach (var key in lease.Keys.ToArray())
            keys.Delete(KeyRange.Single(key));
        keys.EndRevision();
        leases.Remove(revoke.Id);
        return new PlainResult(MvccOutcome.Ok, keys.Revision);
    }

    private PlainResult Checkpoint(LeaseCheckpointCommand checkpoint)
    {
        keys.BeginRevision();
        if (leases.Find(checkpoint.Id) is not { } lease)
            return new PlainResult(MvccOutcome.LeaseNotFound, keys.Revision);
        lease.CheckpointSeconds = checkpoint.RemainingSeconds;
        return new PlainResult(MvccOutcome.Ok, keys.Revision);
    }
}
