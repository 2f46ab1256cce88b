using System.Buffers.Binary;
using System.Diagnostics;

namespace Divvy.Cli.Benchmarking.Watching;

/// <summary>When each put of a watch load was sent: the value carries the put's number, so whoever receives the event
/// can tell how long it took from the sending. Thread-safe.</summary>
internal sealed class PutClock(int puts)
{
    /// <summary>What a value holds before its random octets.</summary>
    public const int StampSize = sizeof(int);

    private readonly long[] sent = new long[puts];

    /// <summary>Notes that the put with this number is sent now, and writes the number into its value.</summary>
    public void Stamp(long put, Span<byte> value)
    {
        BinaryPrimitives.WriteInt32BigEndian(value, (int)put);
        Volatile.Write(ref sent[put], Stopwatch.GetTimestamp());
    }

    /// <summary>When the put whose value this is was sent; false if it is no put of this load.</summary>
    public bool TryRead(ReadOnlySpan<byte> value, out long timestamp)
    {
        var put = value.Length >= StampSize ? BinaryPrimitives.ReadInt32BigEndian(value) : -1;
        timestamp = put >= 0 && put < sent.Length ? Volatile.Read(ref sent[put]) : 0;
        return timestamp != 0;
    }
}
