namespace Divvy.Histories.KeyValue;

/// <summary>What one request does to a state, and what the store must answer. One execution, one revision at most.</summary>
internal sealed class RequestExecution
{
    private readonly long revision;
    private KeyValueState state;
    private bool changed;

    private RequestExecution(KeyValueState before)
    {
        state = before;
        revision = before.Revision + 1;
    }

    /// <summary>Runs a request.</summary>
    public static (KeyValueState After, KeyValueResponse Response) Run(KeyValueState before, KeyValueRequest request)
    {
        var execution = new RequestExecution(before);
        var response = execution.Run(request);
        return execution.changed
            ? (execution.state.At(execution.revision), response with { Revision = execution.revision })
            : (before, response with { Revision = before.Revision });
    }

    private KeyValueResponse Run(KeyValueRequest request) => request switch
    {
        PutRequest put => Put(put),
        DeleteRequest delete => new DeleteResponse(0, Remove(state.In(delete.Range))),
        RangeRequest range => Read(range),
        TxnRequest txn => Transact(txn),
        RevokeRequest revoke => Revoke(revoke),
        _ => throw new ArgumentException($"{request.GetType().Name} is no request that the model knows", nameof(request)),
    };

    private PutResponse Put(PutRequest put)
    {
        var old = state[put.Key];
        state = state.With(new KeyRecord(
            put.Key, put.Value, old?.CreateRevision ?? revision, revision, (old?.Version ?? 0) + 1, put.Lease));
        changed = true;
        return new PutResponse(0);
    }

    private long Remove(IReadOnlyList<KeyRecord> records)
    {
        foreach (var record in records)
            state = state.Without(record.Key);
        changed |= records.Count > 0;
        return records.Count;
    }

    private RangeResponse Read(RangeRequest range)
    {
        var all = state.In(range.Range);
        return new RangeResponse(0, range.Limit > 0 ? [.. all.Take(range.Limit)] : all, all.Count);
    }

    private TxnResponse Transact(TxnRequest txn)
    {
        var holds = txn.Compares.All(compare => compare.Holds(state.In(compare.Range)));
        return new TxnResponse(0, holds, [.. (holds ? txn.Success : txn.Failure).Select(Run)]);
    }

    private RevokeResponse Revoke(RevokeRequest revoke)
    {
        Remove(state.OfLease(revoke.Lease));
        return new RevokeResponse(0);
    }
}
