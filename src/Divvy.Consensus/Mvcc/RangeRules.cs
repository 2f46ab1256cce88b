namespace Divvy.Consensus.Mvcc;

/// <summary>How a range is answered, with etcd's habits: <c>count</c> knows neither the limit nor the bounds on
/// revisions; any order or bound makes it fetch the whole range before it cuts; a target other than the key without
/// an order sorts what was fetched, which with a limit is the first keys only.</summary>
internal static class RangeRules
{
    public static MvccOutcome Check(RangeOperation operation, long current, long compactedRevision)
    {
        if (operation.Revision > current)
            return MvccOutcome.FutureRevision;
        return RevisionOf(operation, current) < compactedRevision ? MvccOutcome.Compacted : MvccOutcome.Ok;
    }

    public static long RevisionOf(RangeOperation operation, long current) =>
        operation.Revision > 0 ? operation.Revision : current;

    /// <summary>Most records to fetch before cutting.</summary>
    public static long FetchLimit(RangeOperation operation)
    {
        if (operation.CountOnly)
            return 0;
        var whole = operation.Limit <= 0 || operation.Order != SortOrder.None || HasBounds(operation);
        // One more than asked for tells whether there are more.
        return whole || operation.Limit == long.MaxValue ? long.MaxValue : operation.Limit + 1;
    }

    public static bool IsWithinBounds(RangeOperation operation, KeyRecord record) =>
        (operation.MaxModRevision == 0 || record.ModRevision <= operation.MaxModRevision)
        && (operation.MinModRevision == 0 || record.ModRevision >= operation.MinModRevision)
        && (operation.MaxCreateRevision == 0 || record.CreateRevision <= operation.MaxCreateRevision)
        && (operation.MinCreateRevision == 0 || record.CreateRevision >= operation.MinCreateRevision);

    /// <summary>Sorts and cuts what was fetched.</summary>
    public static RangeResult Finish(RangeOperation operation, long current, List<KeyRecord> records, long count)
    {
        if (operation.CountOnly)
            return new RangeResult(MvccOutcome.Ok, current, [], count, More: false);
        Sort(operation, records);
        var more = operation.Limit > 0 && records.Count > operation.Limit;
        if (more)
            records.RemoveRange((int)operation.Limit, records.Count - (int)operation.Limit);
        return new RangeResult(MvccOutcome.Ok, current, records, count, more);
    }

    private static bool HasBounds(RangeOperation operation) =>
        operation.MinModRevision != 0 || operation.MaxModRevision != 0
        || operation.MinCreateRevision != 0 || operation.MaxCreateRevision != 0;

    private static void Sort(RangeOperation operation, List<KeyRecord> records)
    {
        var descending = operation.Order == SortOrder.Descend;
        if (operation.Target == SortTarget.Key)
        {
            if (descending)
                records.Reverse();
            return;
        }
        var sign = descending ? -1 : 1;
        records.Sort((left, right) =>
        {
            var order = Compare(operation.Target, left, right) * sign;
            // Equals stand in key order, whichever the direction: etcd leaves it open.
            return order != 0 ? order : left.Key.Span.SequenceCompareTo(right.Key.Span);
        });
    }

    private static int Compare(SortTarget target, KeyRecord left, KeyRecord right) => target switch
    {
        SortTarget.Version => left.Version.CompareTo(right.Version),
        SortTarget.CreateRevision => left.CreateRevision.CompareTo(right.CreateRevision),
        SortTarget.ModRevision => left.ModRevision.CompareTo(right.ModRevision),
        _ => Math.Sign(left.Value.Span.SequenceCompareTo(right.Value.Span)),
    };
}
