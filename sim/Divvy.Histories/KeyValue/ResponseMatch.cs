namespace Divvy.Histories.KeyValue;

/// <summary>Whether an answer is the one that the model expects, as far as it is on record.</summary>
internal static class ResponseMatch
{
    /// <param name="before">The revision that the request found.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="expected">What the model answers.</param>
    /// <param name="actual">What is on record.</param>
    public static bool Is(long before, KeyValueRequest request, KeyValueResponse expected, KeyValueResponse actual)
    {
        if (actual.Revision != 0 && actual.Revision != expected.Revision)
            return false;
        return actual is SeenResponse ? expected.Revision > before : IsContent(request, expected, actual);
    }

    /// <summary>Whether the answer says that the request changed something, and so has a revision of its own.</summary>
    public static bool Changed(KeyValueRequest request, KeyValueResponse response) => (request, response) switch
    {
        (_, SeenResponse) => true,
        (PutRequest, _) => true,
        (DeleteRequest, DeleteResponse delete) => delete.Deleted > 0,
        (TxnRequest txn, TxnResponse answer) =>
            (answer.Succeeded ? txn.Success : txn.Failure).Zip(answer.Responses).Any(pair => Changed(pair.First, pair.Second)),
        _ => false,
    };

    private static bool IsContent(KeyValueRequest request, KeyValueResponse expected, KeyValueResponse actual) =>
        (expected, actual) switch
        {
            (PutResponse, PutResponse) => true,
            (RevokeResponse, RevokeResponse) => true,
            (DeleteResponse one, DeleteResponse other) => one.Deleted == other.Deleted,
            (RangeResponse one, RangeResponse other) => request is RangeRequest { AtRevision: > 0 }
                || (one.Count == other.Count && one.Records.SequenceEqual(other.Records)),
            (TxnResponse one, TxnResponse other) => one.Succeeded == other.Succeeded && IsBranch((TxnRequest)request, one, other),
            _ => false,
        };

    private static bool IsBranch(TxnRequest txn, TxnResponse expected, TxnResponse actual)
    {
        var branch = expected.Succeeded ? txn.Success : txn.Failure;
        if (actual.Responses.Count != branch.Count)
            return false;
        for (var at = 0; at < branch.Count; at++)
        {
            if (!IsContent(branch[at], expected.Responses[at], actual.Responses[at]))
                return false;
        }

        return true;
    }
}
