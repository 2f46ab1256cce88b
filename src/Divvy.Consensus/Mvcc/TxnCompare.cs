namespace Divvy.Consensus.Mvcc;

/// <summary>One condition of a transaction. Over a range it must hold for every key. A missing key counts as zeroes,
/// except for its value: no value equals, or differs from, that of a missing key.</summary>
public sealed record TxnCompare(KeyRange Keys, CompareTarget Target, CompareRelation Relation)
{
    /// <summary>What to compare with, for every target but the value.</summary>
    public long Number { get; init; }

    public ReadOnlyMemory<byte> Value { get; init; }

    internal bool HoldsFor(KeyRecord? record)
    {
        if (record is null && Target == CompareTarget.Value)
            return false;
        var order = Target switch
        {
            CompareTarget.Version => (record?.Version ?? 0).CompareTo(Number),
            CompareTarget.CreateRevision => (record?.CreateRevision ?? 0).CompareTo(Number),
            CompareTarget.ModRevision => (record?.ModRevision ?? 0).CompareTo(Number),
            CompareTarget.Value => record!.Value.Span.SequenceCompareTo(Value.Span),
            _ => (record?.Lease ?? 0).CompareTo(Number),
        };
        return Relation switch
        {
            CompareRelation.Equal => order == 0,
            CompareRelation.NotEqual => order != 0,
            CompareRelation.Greater => order > 0,
            _ => order < 0,
        };
    }
}
