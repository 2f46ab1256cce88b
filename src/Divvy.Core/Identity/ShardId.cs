namespace Divvy.Core.Identity;

/// <summary>Names a shard within its namespace. Ordinal order; 1 to 128 characters of letters, digits, '-', '_',
/// '.' and ':'.</summary>
public readonly record struct ShardId(string Value) : IComparable<ShardId>
{
    public int CompareTo(ShardId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
