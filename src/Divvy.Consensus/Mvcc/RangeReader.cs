namespace Divvy.Consensus.Mvcc;

/// <summary>Runs range operations in one go.</summary>
internal static class RangeReader
{
    public static RangeResult Read(KeySpace keys, RangeOperation operation)
    {
        if (operation.Keys.Kind == KeyRangeKind.Single)
            return ReadSingle(keys, operation);
        var cursor = new RangeCursor(keys, operation);
        cursor.Step(int.MaxValue);
        return cursor.Result();
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

    /// <summary>One key needs no cursor, no list and no sorting.</summary>
    public static RangeResult ReadSingle(KeySpace keys, RangeOperation operation)
    {
        var current = keys.VisibleRevision;
        var outcome = RangeRules.Check(operation, current, keys.CompactedRevision);
        if (outcome != MvccOutcome.Ok)
            return Refuse(outcome, current);
        keys.Counters.Ranges++;
        var found = keys.Index.Find(operation.Keys.Start.Span)?.At(RangeRules.RevisionOf(operation, current));
        var isShown = found is not null && !operation.CountOnly && RangeRules.IsWithinBounds(operation, found);
        return new RangeResult(MvccOutcome.Ok, current, isShown ? [found!] : [], found is null ? 0 : 1, More: false);
    }

    public static RangeResult Refuse(MvccOutcome outcome, long current) => new(outcome, current, [], 0, More: false);
}
