using Divvy.Consensus.Mvcc.Leases;

namespace Divvy.Consensus.Mvcc;

/// <summary>Runs single operations and transactions. Whatever can be refused is refused before the first change, so
/// that a request is applied whole or not at all, and with the same outcome on every member.</summary>
internal sealed class TxnRunner(KeySpace keys, LeaseBook leases)
{
    public MvccResult RunSingle(MvccOperation operation)
    {
        keys.BeginRevision();
        if (operation is RangeOperation range)
            return RangeReader.Read(keys, range);
        var outcome = operation is PutOperation put ? CheckPut(put, leaseFirst: true) : MvccOutcome.Ok;
        if (outcome != MvccOutcome.Ok)
            return new PlainResult(outcome, keys.Revision);
        var result = RunOne(operation);
        keys.EndRevision();
        return result;
    }

    /// <summary>Runs a transaction; a read-only one changes nothing, not even the store's counters of
    /// revisions.</summary>
    public MvccResult RunTxn(TxnOperation txn)
    {
        keys.BeginRevision();
        keys.Counters.Transactions++;
        var path = TxnPath.Find(keys, txn);
        var outcome = CheckAll(path);
        if (outcome != MvccOutcome.Ok)
            return new PlainResult(outcome, keys.Revision);
        var result = Run(path);
        keys.EndRevision();
        return result with { Revision = keys.Revision };
    }

    private MvccOutcome CheckAll(TxnPath path)
    {
        // Two passes, as in etcd: of a bad put and a bad range it is the put that is reported.
        foreach (var operation in path.Flatten())
        {
            var outcome = operation is PutOperation put ? CheckPut(put, leaseFirst: false) : MvccOutcome.Ok;
            if (outcome != MvccOutcome.Ok)
                return outcome;
        }
        foreach (var operation in path.Flatten())
        {
            if (operation is not RangeOperation { Revision: not 0 } range)
                continue;
            if (range.Revision > keys.Revision)
                return MvccOutcome.FutureRevision;
            if (range.Revision < keys.CompactedRevision)
                return MvccOutcome.Compacted;
        }
        return MvccOutcome.Ok;
    }

    /// <summary>etcd looks at the lease first in a single put, and last in a transaction.</summary>
    private MvccOutcome CheckPut(PutOperation put, bool leaseFirst)
    {
        var noLease = put.Lease != 0 && leases.Find(put.Lease) is null;
        var noKey = (put.IgnoreValue || put.IgnoreLease) && keys.Live(put.Key) is null;
        if (noLease && (leaseFirst || !noKey))
            return MvccOutcome.LeaseNotFound;
        return noKey ? MvccOutcome.KeyNotFound : MvccOutcome.Ok;
    }

    private TxnResult Run(TxnPath path)
    {
        var results = new List<MvccResult>(path.Branch.Count);
        var next = 0;
        foreach (var operation in path.Branch)
            results.Add(operation is TxnOperation ? Run(path.Nested[next++]) : RunOne(operation));
        return new TxnResult(MvccOutcome.Ok, 0, path.Succeeded, results, path.Branch);
    }

    private MvccResult RunOne(MvccOperation operation) => operation switch
    {
        RangeOperation range => RangeReader.Read(keys, range),
        PutOperation put => RunPut(put),
        DeleteRangeOperation delete => RunDelete(delete),
        _ => throw new InvalidOperationException($"{operation.GetType().Name} cannot be run: RequestRules refuses it"),
    };

    private PutResult RunPut(PutOperation put)
    {
        var previous = keys.Put(put);
        return new PutResult(MvccOutcome.Ok, keys.VisibleRevision, put.PreviousRecord ? previous : null);
    }

    private DeleteRangeResult RunDelete(DeleteRangeOperation delete)
    {
        var previous = delete.PreviousRecords ? RangeReader.ReadAll(keys, delete.Keys) : [];
        var deleted = keys.Delete(delete.Keys);
        return new DeleteRangeResult(MvccOutcome.Ok, keys.VisibleRevision, deleted, previous);
    }
}
