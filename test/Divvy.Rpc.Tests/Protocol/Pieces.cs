using System.Buffers;

namespace Divvy.Rpc.Tests.Protocol;

/// <summary>Bytes as a sequence of pieces, as a network delivers them.</summary>
internal static class Pieces
{
    public static ReadOnlySequence<byte> Of(ReadOnlyMemory<byte> bytes, int size)
    {
        if (bytes.Length <= size)
            return new ReadOnlySequence<byte>(bytes);
        var first = new Piece(bytes[..size], null);
        var last = first;
        for (var start = size; start < bytes.Length; start += size)
            last = new Piece(bytes.Slice(start, Math.Min(size, bytes.Length - start)), last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? previous)
        {
            Memory = memory;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
