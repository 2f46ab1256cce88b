namespace Divvy.Consensus.Mvcc;

/// <summary>What the log carries: the only way to change a store. A closed family.</summary>
public abstract record MvccCommand : StoreCommand
{
    private protected MvccCommand()
    {
    }
}

/// <summary>A command that may also stand inside a transaction.</summary>
public abstract record MvccOperation : MvccCommand
{
    private protected MvccOperation()
    {
    }
}

/// <summary>Reads keys. Changes nothing, so it needs no place in the log (<see cref="MvccStore.Range"/>) unless it
/// stands in a transaction that writes.</summary>
public sealed record RangeOperation(KeyRange Keys) : MvccOperation
{
    /// <summary>Most keys to return; 0 or less: all.</summary>
    public long Limit { get; init; }

    /// <summary>The revision to read at; 0 or less: the current one.</summary>
    public long Revision { get; init; }

    public SortOrder Order { get; init; }

    public SortTarget Target { get; init; }

    /// <summary>The caller wants no values. The records have them all the same: the caller leaves them out.</summary>
    public bool KeysOnly { get; init; }

    public bool CountOnly { get; init; }

    /// <summary>Bounds on revisions, inclusive; 0: none.</summary>
    public long MinModRevision { get; init; }

    public long MaxModRevision { get; init; }

    public long MinCreateRevision { get; init; }

    public long MaxCreateRevision { get; init; }
}

public sealed record PutOperation(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value) : MvccOperation
{
    public long Lease { get; init; }

    /// <summary>Return the record that this one replaces.</summary>
    public bool PreviousRecord { get; init; }

    /// <summary>Keep the key's value.</summary>
    public bool IgnoreValue { get; init; }

    /// <summary>Keep the key's lease.</summary>
    public bool IgnoreLease { get; init; }
}

public sealed record DeleteRangeOperation(KeyRange Keys) : MvccOperation
{
    /// <summary>Return the records that are deleted.</summary>
    public bool PreviousRecords { get; init; }
}

/// <summary>If every compare holds the success branch, else the failure branch, all in one revision.</summary>
public sealed record TxnOperation(
    IReadOnlyList<TxnCompare> Compares,
    IReadOnlyList<MvccOperation> Success,
    IReadOnlyList<MvccOperation> Failure) : MvccOperation
{
    /// <summary>True when neither branch can write.</summary>
    public bool IsReadOnly => IsReadOnlyBranch(Success) && IsReadOnlyBranch(Failure);

    private static bool IsReadOnlyBranch(IReadOnlyList<MvccOperation> branch)
    {
        foreach (var operation in branch)
        {
            if (operation is not (RangeOperation or TxnOperation { IsReadOnly: true }))
                return false;
        }
        return true;
    }
}

/// <summary>An operation of a transaction that the client left empty. It is refused, never run.</summary>
public sealed record EmptyOperation : MvccOperation;

/// <summary>Forgets the revisions below one. Reads at the revision itself stay possible.</summary>
public sealed record CompactCommand(long Revision) : MvccCommand;

/// <summary>Makes a lease. Its time runs from when a leader started to count it, which is not in the log.</summary>
public sealed record LeaseGrantCommand(long Id, long TtlSeconds) : MvccCommand;

/// <summary>Ends a lease and deletes its keys, in one revision.</summary>
public sealed record LeaseRevokeCommand(long Id) : MvccCommand;

/// <summary>Notes how much of a long lease is left, so that the next leader does not start it anew.</summary>
public sealed record LeaseCheckpointCommand(long Id, long RemainingSeconds) : MvccCommand;
