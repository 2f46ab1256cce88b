namespace Divvy.Consensus.Mvcc;

/// <summary>What can be said of a request without looking at the store. A shell asks before it spends a place in the
/// log. The order of the checks is etcd's, because a request can break several rules and clients match on the one
/// they are told.</summary>
public static class RequestRules
{
    /// <summary>Default bound on the compares, and on the operations of a branch, of one transaction.</summary>
    public const int DefaultMaxTxnOperations = 128;

    public static MvccOutcome Check(MvccOperation operation, int maxTxnOperations = DefaultMaxTxnOperations)
    {
        var outcome = CheckShape(operation, maxTxnOperations);
        if (outcome != MvccOutcome.Ok || operation is not TxnOperation txn)
            return outcome;
        return TxnOverlap.Find(txn.Success) || TxnOverlap.Find(txn.Failure)
            ? MvccOutcome.DuplicateKey
            : MvccOutcome.Ok;
    }

    private static MvccOutcome CheckShape(MvccOperation operation, int maxTxnOperations) => operation switch
    {
        RangeOperation range => CheckKey(range.Keys.Start),
        DeleteRangeOperation delete => CheckKey(delete.Keys.Start),
        PutOperation put => CheckPut(put),
        TxnOperation txn => CheckTxn(txn, maxTxnOperations),
        _ => MvccOutcome.KeyNotFound,
    };

    private static MvccOutcome CheckKey(ReadOnlyMemory<byte> key) =>
        key.IsEmpty ? MvccOutcome.KeyNotProvided : MvccOutcome.Ok;

    private static MvccOutcome CheckPut(PutOperation put)
    {
        if (put.Key.IsEmpty)
            return MvccOutcome.KeyNotProvided;
        if (put.IgnoreValue && !put.Value.IsEmpty)
            return MvccOutcome.ValueProvided;
        return put.IgnoreLease && put.Lease != 0 ? MvccOutcome.LeaseProvided : MvccOutcome.Ok;
    }

    private static MvccOutcome CheckTxn(TxnOperation txn, int maxOperations)
    {
        var width = Math.Max(txn.Compares.Count, Math.Max(txn.Success.Count, txn.Failure.Count));
        if (width > maxOperations)
            return MvccOutcome.TooManyOperations;
        foreach (var compare in txn.Compares)
        {
            if (compare.Keys.Start.IsEmpty)
                return MvccOutcome.KeyNotProvided;
        }
        // A nested transaction gets what its parent left, which bounds the depth too.
        var left = maxOperations - width;
        var outcome = CheckBranch(txn.Success, left);
        return outcome == MvccOutcome.Ok ? CheckBranch(txn.Failure, left) : outcome;
    }

    private static MvccOutcome CheckBranch(IReadOnlyList<MvccOperation> branch, int left)
    {
        foreach (var operation in branch)
        {
            var outcome = CheckShape(operation, left);
            if (outcome != MvccOutcome.Ok)
                return outcome;
        }
        return MvccOutcome.Ok;
    }
}
