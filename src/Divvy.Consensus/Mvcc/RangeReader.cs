namespace Divvy.Consensus.Mvcc;

/// <summary>Runs range operations, with etcd's habits: <c>count</c> knows neither the limit nor the bounds on
/// revisions; any order or bound makes it fetch the whole range before it cuts; a target other than the key without
/// an order sorts what was fetched, which with a limit is the first keys only.</summary>
internal static class RangeReader
{
    public static RangeResult Read(KeySpace keys, RangeOperation operation)
    {
        var current = keys.VisibleRevision;
        var revision = operation.Revision > 0 ? operation.Revision : current;
        if (revision > current)
            return Refuse(MvccOutcome.FutureRevision, current);
        if (revision < keys.CompactedRevision)
            return Refuse(MvccOutcome.Compacted, current);
        keys.Counters.Ranges++;

        var limit = operation.Limit > 0 ? operation.Limit : long.MaxValue;
        var records = new List<KeyRecord>();
        var count = Fetch(keys, operation, revision, FetchLimit(operation, limit), records);
        if (operation.CountOnly)
            return new RangeResult(MvccOutcome.Ok, current, [], count, More: false);
        records.RemoveAll(record => !IsWithinBounds(operation, record));
        Sort(operation, records);
        var more = records.Count > limit;
        if (more)
            records.RemoveRange((int)limit, records.Count - (int)limit);
        return new RangeResult(MvccOutcome.Ok, current, records, count, more);
    }

    /// <summary>Every record of a range at the current state.</summary>
    public static IReadOnlyList<KeyRecord> ReadAll(KeySpace keys, KeyRange range)
    {
        var records = new List<KeyRecord>();
        keys.Visit(range, keys.VisibleRevision, record =>
        {
            records.Add(record);
            return true;
        });
        return records;
    }

    private static RangeResult Refuse(MvccOutcome outcome, long current) => new(outcome, current, [], 0, More: false);

    private static long FetchLimit(RangeOperation operation, long limit)
    {
        if (operation.CountOnly)
            return 0;
        var whole = operation.Order != SortOrder.None || HasBounds(operation);
        // One more than asked for tells whether there are more.
        return whole || limit == long.MaxValue ? long.MaxValue : limit + 1;
    }

    private static long Fetch(
        KeySpace keys, RangeOperation operation, long revision, long fetchLimit, List<KeyRecord> records)
    {
        var count = 0L;
        keys.Visit(operation.Keys, revision, record =>
        {
            count++;
            if (records.Count < fetchLimit)
                records.Add(record);
            return true;
        });
        return count;
    }

    private static bool HasBounds(RangeOperation operation) =>
        operation.MinModRevision != 0 || operation.MaxModRevision != 0
        || operation.MinCreateRevision != 0 || operation.MaxCreateRevision != 0;

    private static bool IsWithinBounds(RangeOperation operation, KeyRecord record) =>
        (operation.MaxModRevision == 0 || record.ModRevision <= operation.MaxModRevision)
        && (operation.MinModRevision == 0 || record.ModRevision >= operation.MinModRevision)
        && (operation.MaxCreateRevision == 0 || record.CreateRevision <= operation.MaxCreateRevision)
        && (operation.MinCreateRevision == 0 || record.CreateRevision >= operation.MinCreateRevision);

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
