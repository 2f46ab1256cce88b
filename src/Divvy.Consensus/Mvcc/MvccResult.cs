namespace Divvy.Consensus.Mvcc;

/// <summary>The answer to a command or a read. The revision is the store's after it, or within a transaction the one
/// that the operation saw or made. A closed family; the payload is meaningful when the outcome is Ok.</summary>
public abstract record MvccResult(MvccOutcome Outcome, long Revision) : StoreResult;

public sealed record RangeResult(
    MvccOutcome Outcome, long Revision, IReadOnlyList<KeyRecord> Records, long Count, bool More)
    : MvccResult(Outcome, Revision);

public sealed record PutResult(MvccOutcome Outcome, long Revision, KeyRecord? Previous) : MvccResult(Outcome, Revision);

public sealed record DeleteRangeResult(
    MvccOutcome Outcome, long Revision, long Deleted, IReadOnlyList<KeyRecord> Previous)
    : MvccResult(Outcome, Revision);

/// <param name="Outcome">How it ended.</param>
/// <param name="Revision">The store's revision; 0 for a nested transaction, as in etcd.</param>
/// <param name="Succeeded">Which branch was taken.</param>
/// <param name="Results">One for each operation of that branch.</param>
/// <param name="Branch">The operations of that branch.</param>
public sealed record TxnResult(
    MvccOutcome Outcome,
    long Revision,
    bool Succeeded,
    IReadOnlyList<MvccResult> Results,
    IReadOnlyList<MvccOperation> Branch) : MvccResult(Outcome, Revision);

public sealed record LeaseGrantResult(MvccOutcome Outcome, long Revision, long Id, long TtlSeconds)
    : MvccResult(Outcome, Revision);

/// <summary>The answer to a command that has no payload, and to every command that was refused.</summary>
public sealed record PlainResult(MvccOutcome Outcome, long Revision) : MvccResult(Outcome, Revision);
