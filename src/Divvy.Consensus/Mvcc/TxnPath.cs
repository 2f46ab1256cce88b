namespace Divvy.Consensus.Mvcc;

/// <summary>The way through a transaction and those nested in it. All compares are decided before anything is
/// changed, so a nested transaction does not see what its siblings before it wrote.</summary>
internal sealed class TxnPath
{
    private TxnPath(bool succeeded, IReadOnlyList<MvccOperation> branch, IReadOnlyList<TxnPath> nested)
    {
        Succeeded = succeeded;
        Branch = branch;
        Nested = nested;
    }

    public bool Succeeded { get; }

    public IReadOnlyList<MvccOperation> Branch { get; }

    /// <summary>One for each nested transaction of the branch, in order.</summary>
    public IReadOnlyList<TxnPath> Nested { get; }

    public static TxnPath Find(KeySpace keys, TxnOperation txn)
    {
        var succeeded = txn.Compares.All(compare => Holds(keys, compare));
        var branch = succeeded ? txn.Success : txn.Failure;
        var nested = new List<TxnPath>();
        foreach (var operation in branch)
        {
            if (operation is TxnOperation inner)
                nested.Add(Find(keys, inner));
        }
        return new TxnPath(succeeded, branch, nested);
    }

    /// <summary>The operations that will run, in order, those of nested transactions in the place of these.</summary>
    public IEnumerable<MvccOperation> Flatten()
    {
        var next = 0;
        foreach (var operation in Branch)
        {
            if (operation is not TxnOperation)
            {
                yield return operation;
                continue;
            }
            foreach (var inner in Nested[next++].Flatten())
                yield return inner;
        }
    }

    private static bool Holds(KeySpace keys, TxnCompare compare)
    {
        if (compare.Keys.Kind == KeyRangeKind.Single)
            return compare.HoldsFor(keys.Live(compare.Keys.Start));
        var any = false;
        var holds = true;
        keys.Visit(compare.Keys, keys.Revision, record =>
        {
            any = true;
            holds = compare.HoldsFor(record);
            return holds;
        });
        return any ? holds : compare.HoldsFor(null);
    }
}
