namespace Divvy.Histories.KeyValue;

/// <summary>Requests and answers in a few words.</summary>
internal static class Description
{
    private const int MostRecords = 4;

    public static string Of(KeyValueRequest request, KeyValueResponse? response) =>
        $"{Request(request)} → {(response is null ? "?" : Answer(response))}";

    public static string Answer(KeyValueResponse response)
    {
        var content = Content(response);
        var at = response.Revision == 0 ? "" : $"@{response.Revision}";
        return content.Length > 0 && at.Length > 0 ? $"{content} {at}" : content + at;
    }

    private static string Request(KeyValueRequest request) => request switch
    {
        PutRequest put => $"put {put.Key}={put.Value}" + (put.Lease == 0 ? "" : $" on lease {put.Lease:x}"),
        DeleteRequest delete => $"delete {delete.Range}",
        RangeRequest range => $"get {range.Range}" + (range.AtRevision == 0 ? "" : $" as of {range.AtRevision}"),
        TxnRequest txn => $"if {Join(" & ", txn.Compares)}: {Join("; ", txn.Success.Select(Request))}"
            + (txn.Failure.Count == 0 ? "" : $" else {Join("; ", txn.Failure.Select(Request))}"),
        RevokeRequest revoke => $"revoke lease {revoke.Lease:x}",
        _ => request.GetType().Name,
    };

    private static string Content(KeyValueResponse response) => response switch
    {
        PutResponse or RevokeResponse => "done",
        SeenResponse => "seen",
        DeleteResponse delete => $"{delete.Deleted} deleted",
        RangeResponse range => range.Count == 0 ? "nothing"
            : Join(", ", range.Records.Take(MostRecords).Select(record => $"{record.Key}={record.Value}@{record.ModRevision}"))
                + (range.Count > MostRecords ? $" of {range.Count}" : ""),
        TxnResponse txn => (txn.Succeeded ? "held" : "did not hold")
            + (txn.Responses.Count > 0 ? $": {Join("; ", txn.Responses.Select(Content))}" : ""),
        _ => response.GetType().Name,
    };

    private static string Join<T>(string separator, IEnumerable<T> parts) => string.Join(separator, parts);
}
