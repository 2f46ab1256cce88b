using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Mvcc;

/// <summary>
/// A multi-version key-value store with leases, as etcd's v3 API describes it, as a deterministic state machine.
/// <para><b>Who may do what.</b> Its one owner feeds it the commands of an ordered log (<see cref="Apply"/>) and may
/// read between two of them. It has no clock: a lease ends when the log says so. It has no dice: ids come with the
/// commands. Members that apply the same log from the same options hold the same state and gave the same answers,
/// refusals included.</para>
/// <para><b>Revisions.</b> The store has one counter. A command that changes any key raises it by one, and every key it
/// changed carries that number; a delete that meets nothing, or a transaction that only reads, leaves it. Each key
/// keeps its records until a compaction says from which revision on reads must stay possible; the newest record of a
/// key that exists is never dropped.</para>
/// <para><b>Refusals.</b> A refused command changed nothing and raised nothing but <see cref="AppliedIndex"/>. What
/// can be refused without looking at the store is <see cref="RequestRules"/>' task, before the log; applying a
/// command that breaks these rules is safe all the same, but for <see cref="EmptyOperation"/>.</para>
/// <para>Source: etcd's documentation of the v3 API (KV, Lease) and its measured behaviour, which the conformance suite
/// compares.</para>
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

    /// <summary>Index of the last applied command; 0: none.</summary>
    public long AppliedIndex { get; private set; }

    public long Revision => keys.Revision;

    /// <summary>Reads below this revision are refused, at it they are not; -1: never compacted.</summary>
    public long CompactedRevision => keys.CompactedRevision;

    /// <summary>Estimated memory of the records, superseded ones included.</summary>
    public long EstimatedBytes => keys.Counters.Bytes;

    /// <summary>What the last command changed, in order; empty when it changed nothing. Valid until the next command or
    /// read.</summary>
    public IReadOnlyList<KeyRecord> LastChanges => keys.Changes;

    /// <summary>All leases, by id.</summary>
    public IReadOnlyCollection<Lease> Leases => leases.All;

    internal RevisionLog Log => keys.Log;

    public Lease? FindLease(long id) => leases.Find(id);

    public MvccStatistics Statistics() => keys.Counters.Snapshot(leases.All.Count);

    /// <summary>Applies the next command of the log.
    /// <exception cref="InvalidOperationException">The index is not the one after the last: a command was lost or came
    /// twice, and going on would part this member from the others.</exception></summary>
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

    /// <summary>Reads outside the log.</summary>
    public RangeResult Range(RangeOperation operation)
    {
        keys.BeginRevision();
        return RangeReader.Read(keys, operation);
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
        keys.CompactTo(compact.Revision);
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
