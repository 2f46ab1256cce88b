namespace Divvy.Core.Streams;

/// <summary>The part of Kinesis' 128-bit hash key space (MD5 of the partition key) that a shard holds, both ends
/// included.</summary>
public readonly record struct HashKeyRange(UInt128 Start, UInt128 End)
{
    /// <summary>The whole key space.</summary>
    public static HashKeyRange All { get; } = new(UInt128.Zero, UInt128.MaxValue);

    /// <summary>Whether the key lies in the range.</summary>
    public bool Contains(UInt128 key) => key >= Start && key <= End;
}
