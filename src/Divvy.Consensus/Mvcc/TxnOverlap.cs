namespace Divvy.Consensus.Mvcc;

/// <summary>Finds a key that a branch of a transaction would put twice, or put and delete: one revision can leave
/// only one state of a key. The two branches of a nested transaction exclude each other, so they may repeat each
/// other's puts, but not those of their siblings.</summary>
internal sealed class TxnOverlap
{
    private readonly HashSet<byte[]> puts = new(KeyOrder.Instance);
    private readonly List<KeyRange> deletes = [];

    public static bool Find(IReadOnlyList<MvccOperation> branch) => new TxnOverlap().Collect(branch);

    private bool Collect(IReadOnlyList<MvccOperation> branch)
    {
        // Deletes first: a put may not meet one, wherever in the branch they stand.
        foreach (var operation in branch)
        {
            // etcd does not see a put inside a delete of every key from one on, and clients may count on it: the two
            // are then carried out in their order.
            if (operation is DeleteRangeOperation { Keys.Kind: not KeyRangeKind.From } delete)
                deletes.Add(delete.Keys);
        }
        foreach (var operation in branch)
        {
            if (operation is TxnOperation nested && CollectNested(nested))
                return true;
        }
        foreach (var operation in branch)
        {
            if (operation is PutOperation put && !TryAddPut(put.Key.ToArray(), except: null))
                return true;
        }
        return false;
    }

    private bool CollectNested(TxnOperation nested)
    {
        var success = new TxnOverlap();
        var failure = new TxnOverlap();
        if (success.Collect(nested.Success) || failure.Collect(nested.Failure))
            return true;
        foreach (var key in success.puts)
        {
            if (!TryAddPut(key, except: null))
                return true;
        }
        foreach (var key in failure.puts)
        {
            if (!TryAddPut(key, except: success.puts))
                return true;
        }
        deletes.AddRange(success.deletes);
        deletes.AddRange(failure.deletes);
        return false;
    }

    private bool TryAddPut(byte[] key, HashSet<byte[]>? except)
    {
        if (!puts.Add(key) && !(except?.Contains(key) ?? false))
            return false;
        foreach (var range in deletes)
        {
            if (range.Contains(key))
                return false;
        }
        return true;
    }
}
