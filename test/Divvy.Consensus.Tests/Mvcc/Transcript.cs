using Divvy.Consensus.Mvcc;
using static Divvy.Consensus.Tests.Mvcc.Driver;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>Answers as texts, to compare them and to read them.</summary>
internal static class Transcript
{
    public static string Show(KeyRecord record) =>
        $"{Text(record.Key)}={Text(record.Value)}/{record.CreateRevision}/{record.ModRevision}"
        + $"/{record.Version}/{record.Lease}";

    public static string Show(MvccResult result)
    {
        var head = $"{result.Outcome}@{result.Revision}";
        if (result.Outcome != MvccOutcome.Ok)
            return head;
        return result switch
        {
            RangeResult range =>
                $"{head} range {range.Count} {range.More} {string.Join(' ', range.Records.Select(Show))}",
            PutResult put => $"{head} put {(put.Previous is null ? "" : Show(put.Previous))}",
            DeleteRangeResult delete => $"{head} del {delete.Deleted} {string.Join(' ', delete.Previous.Select(Show))}",
            TxnResult txn =>
                $"{head} {(txn.Succeeded ? "then" : "else")} [{string.Join("; ", txn.Results.Select(Show))}]",
            _ => head,
        };
    }
}
