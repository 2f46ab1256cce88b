using Divvy.Rpc.Etcd;

namespace Divvy.Client.Etcd;

/// <summary>A transaction: if all compares hold, do one list of operations, otherwise another; atomically, at one
/// revision. Immutable: every method returns a copy. A key may be written once in a branch.</summary>
/// <example><code>EtcdTxn.If(EtcdCompare.ModRevision("a").Equal(7)).Then(EtcdOp.Put("a", value)).Else(EtcdOp.Get("a"))
/// </code></example>
public sealed record EtcdTxn
{
    /// <summary>etcd's default limit on the compares, and on the operations of each branch (--max-txn-ops).</summary>
    public const int MaxOperations = 128;

    private EtcdTxn()
    {
    }

    public IReadOnlyList<EtcdCompare> Compares { get; private init; } = [];

    public IReadOnlyList<EtcdOp> Success { get; private init; } = [];

    public IReadOnlyList<EtcdOp> Failure { get; private init; } = [];

    /// <summary>True if neither branch writes, so that doing it twice does no harm.</summary>
    public bool IsReadOnly => Success.All(op => op.IsReadOnly) && Failure.All(op => op.IsReadOnly);

    /// <summary>Starts a transaction. Without compares it always succeeds.</summary>
    public static EtcdTxn If(params IEnumerable<EtcdCompare> compares) => new() { Compares = [.. compares] };

    /// <summary>Adds conditions.</summary>
    public EtcdTxn And(params IEnumerable<EtcdCompare> compares) =>
        this with { Compares = [.. Compares, .. compares] };

    /// <summary>Adds operations to do if the compares hold.</summary>
    public EtcdTxn Then(params IEnumerable<EtcdOp> operations) => this with { Success = [.. Success, .. operations] };

    /// <summary>Adds operations to do if a compare fails.</summary>
    public EtcdTxn Else(params IEnumerable<EtcdOp> operations) => this with { Failure = [.. Failure, .. operations] };

    internal TxnRequest ToRequest() => new()
    {
        Compare = { Compares.Select(compare => compare.Message) },
        Success = { Success.Select(op => op.Message) },
        Failure = { Failure.Select(op => op.Message) },
    };
}
