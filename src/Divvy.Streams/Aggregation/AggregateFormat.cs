using System.Security.Cryptography;

namespace Divvy.Streams.Aggregation;

/// <summary>The numbers of the aggregation format of the Kinesis Producer Library.</summary>
internal static class AggregateFormat
{
    public const int Overhead = 4 + MD5.HashSizeInBytes;

    /// <summary>Field numbers of the protobuf message <c>AggregatedRecord</c>.</summary>
    public const int PartitionKeyTable = 1;
    public const int ExplicitHashKeyTable = 2;
    public const int Records = 3;

    /// <summary>Field numbers of the protobuf message <c>Record</c>; its tags (4) are not read.</summary>
    public const int PartitionKeyIndex = 1;
    public const int ExplicitHashKeyIndex = 2;
    public const int Data = 3;

    /// <summary>What an aggregate begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0xF3, 0x89, 0x9A, 0xC2];
}
