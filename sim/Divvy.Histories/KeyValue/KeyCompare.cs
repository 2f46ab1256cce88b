namespace Divvy.Histories.KeyValue;

/// <summary>One condition of a transaction. It must hold for every key of the range; where there is none, for zeroes, and a
/// compare of values then fails.</summary>
public sealed record KeyCompare(KeyRange Range, CompareTarget Target, CompareResult Result, long Number = 0, string Value = "")
{
    public static KeyCompare ModRevision(string key, CompareResult result, long revision) =>
        new(new KeyRange(key), CompareTarget.ModRevision, result, revision);

    public static KeyCompare Missing(string key) =>
        new(new KeyRange(key), CompareTarget.CreateRevision, CompareResult.Equal);

    public static KeyCompare ValueOf(string key, CompareResult result, string value) =>
        new(new KeyRange(key), CompareTarget.Value, result, Value: value);

    /// <summary>Whether it holds for the records of its range.</summary>
    public bool Holds(IReadOnlyList<KeyRecord> records) =>
        records.Count == 0
            ? Target != CompareTarget.Value && IsResult(0L.CompareTo(Number))
            : records.All(record => IsResult(Compare(record)));

    public override string ToString() => $"{Target}({Range}) {Result} {(Target == CompareTarget.Value ? Value : Number)}";

    private int Compare(KeyRecord record) => Target switch
    {
        CompareTarget.Version => record.Version.CompareTo(Number),
        CompareTarget.CreateRevision => record.CreateRevision.CompareTo(Number),
        CompareTarget.ModRevision => record.ModRevision.CompareTo(Number),
        CompareTarget.Lease => record.Lease.CompareTo(Number),
        _ => string.CompareOrdinal(record.Value, Value),
    };

    private bool IsResult(int comparison) => Result switch
    {
        CompareResult.Equal => comparison == 0,
        CompareResult.Greater => comparison > 0,
        CompareResult.Less => comparison < 0,
        _ => comparison != 0,
    };
}
