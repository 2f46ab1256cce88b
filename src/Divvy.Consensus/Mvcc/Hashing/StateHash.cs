using System.Buffers.Binary;
using System.Numerics;

namespace Divvy.Consensus.Mvcc.Hashing;

/// <summary>CRC-32C (Castagnoli; RFC 3720 appendix B.4) over a sequence of numbers and byte strings. Byte strings go
/// in with their length, so two different sequences do not run together.</summary>
internal struct StateHash()
{
    private uint crc = uint.MaxValue;

    public readonly uint Value => ~crc;

    public void Add(long number) => crc = BitOperations.Crc32C(crc, (ulong)number);

    public void Add(ReadOnlySpan<byte> octets)
    {
        Add(octets.Length);
        AddRaw(octets);
    }

    public void AddRaw(ReadOnlySpan<byte> octets)
    {
        while (octets.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(octets));
            octets = octets[sizeof(ulong)..];
        }
        foreach (var octet in octets)
            crc = BitOperations.Crc32C(crc, octet);
    }
}
