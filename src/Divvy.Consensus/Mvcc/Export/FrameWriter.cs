using System.Buffers.Binary;
using Divvy.Consensus.Mvcc.Hashing;

namespace Divvy.Consensus.Mvcc.Export;

/// <summary>Builds one frame at a time in one buffer.</summary>
internal sealed class FrameWriter
{
    private byte[] buffer = new byte[4096];
    private byte[] lastKey = [];

    public int Length { get; private set; }

    public void Begin(byte kind)
    {
        Length = ExportFormat.PrefixBytes;
        lastKey = [];
        Write(kind);
    }

    /// <summary>The finished frame; good until the next one is begun.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        var content = buffer.AsSpan(ExportFormat.PrefixBytes, Length - ExportFormat.PrefixBytes);
        var hash = new StateHash();
        hash.AddRaw(content);
        BinaryPrimitives.WriteInt32LittleEndian(buffer, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(4), hash.Value);
        return buffer.AsMemory(0, Length);
    }

    public void Write(byte value)
    {
        Reserve(1);
        buffer[Length++] = value;
    }

    public void WriteFixed(long value)
    {
        Reserve(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(Length), value);
        Length += sizeof(long);
    }

    public void WriteNumber(long value)
    {
        const int MaxBytes = 10;
        Reserve(MaxBytes);
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7)
            buffer[Length++] = (byte)(rest | 0x80);
        buffer[Length++] = (byte)rest;
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        Reserve(octets.Length);
        octets.CopyTo(buffer.AsSpan(Length));
        Length += octets.Length;
    }

    public void Write(KeyRecord record)
    {
        var key = record.History.Key;
        var shared = lastKey.AsSpan().CommonPrefixLength(key);
        lastKey = key;
        WriteNumber(shared);
        WriteNumber(key.Length - shared);
        Write(key.AsSpan(shared));
        Write((byte)((record.IsTombstone ? ExportFormat.TombstoneFlag : 0)
            | (record.Lease != 0 ? ExportFormat.LeaseFlag : 0)));
        WriteNumber(record.ModRevision);
        WriteNumber(record.SubRevision);
        if (record.IsTombstone)
            return;
        WriteNumber(record.ModRevision - record.CreateRevision);
        WriteNumber(record.Version);
        if (record.Lease != 0)
            WriteFixed(record.Lease);
        WriteNumber(record.Octets.Length);
        Write(record.Octets);
    }

    private void Reserve(int length)
    {
        if (Length + length > buffer.Length)
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, Length + length));
    }
}
