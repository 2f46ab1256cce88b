using System.Numerics;

namespace Divvy.Store.Wal;

/// <summary>CRC-32C (Castagnoli; RFC 3720 appendix B.4), chained: the checksum of a record covers all records before
/// it.</summary>
internal static class Crc32C
{
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (var value in data)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
