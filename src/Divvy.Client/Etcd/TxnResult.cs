namespace Divvy.Client.Etcd;

/// <summary>The outcome of a transaction.</summary>
/// <param name="Succeeded">All compares held, so <c>Then</c> was done; otherwise <c>Else</c>.</param>
/// <param name="Revision">The store's revision after it; keys it wrote have it as mod revision.</param>
/// <param name="Responses">One per operation of the branch that was done, in order.</param>
public sealed record TxnResult(bool Succeeded, long Revision, IReadOnlyList<TxnOpResult> Responses)
{
    /// <summary>The result of a get in the branch that was done.
    /// <exception cref="InvalidOperationException">That operation was not a get.</exception></summary>
    public RangeResult Range(int index) =>
        Responses[index] is TxnOpResult.Get get
            ? get.Result
            : throw new InvalidOperationException($"operation {index} of the branch that was done is not a get");
}

/// <summary>The outcome of one operation of a transaction.</summary>
public abstract record TxnOpResult
{
    private TxnOpResult()
    {
    }

    public sealed record Get(RangeResult Result) : TxnOpResult;

    /// <param name="Previous">The key before, if it was asked for and there was one.</param>
    public sealed record Put(Kv? Previous) : TxnOpResult;

    public sealed record Delete(DeleteResult Result) : TxnOpResult;

    public sealed record Txn(TxnResult Result) : TxnOpResult;
}
