using System.Buffers;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Peers;

/// <summary>A frame that waits to be sent. It is encoded when its turn comes, on the connection's own thread.</summary>
/// <param name="Kind">What it carries.</param>
/// <param name="Size">No fewer bytes than its payload takes.</param>
/// <param name="Number">See <see cref="FrameKind"/>.</param>
/// <param name="Extra">See <see cref="FrameKind"/>.</param>
/// <param name="Message">The Raft message, if it carries one.</param>
/// <param name="Payload">The bytes behind number and extra, if it carries no message.</param>
/// <param name="Rented">An array of the shared pool to give back once the frame is encoded.</param>
internal readonly record struct OutgoingFrame(
    FrameKind Kind,
    int Size,
    ulong Number,
    ulong Extra,
    Message? Message,
    ReadOnlyMemory<byte> Payload,
    byte[]? Rented)
{
    private const int LargestHead = 2 * WireWriter.MaxVarint;

    public static OutgoingFrame Of(
        FrameKind kind, ulong number, ulong extra = 0, ReadOnlyMemory<byte> payload = default) =>
        new(kind, LargestHead + payload.Length, number, extra, null, payload, null);

    public static OutgoingFrame Chunk(ulong transfer, byte[] rented, int length) => new(
        FrameKind.SnapshotChunk, LargestHead + length, transfer, 0, null, rented.AsMemory(0, length), rented);

    public static OutgoingFrame Begin(ulong transfer, Message install) => new(
        FrameKind.SnapshotBegin,
        LargestHead + (int)MessageCodec.SizeBound(install), transfer, 0, install, default, null);

    public static OutgoingFrame Raft(Message message, int size) =>
        new(IsLog(message.Kind) ? FrameKind.Log : FrameKind.Control, size, 0, 0, message, default, null);

    public static bool IsLog(MessageKind kind) => kind is MessageKind.AppendEntries or MessageKind.Propose;

    public Lane Lane => Kind switch
    {
        FrameKind.Log => Lane.Log,
        FrameKind.Request or FrameKind.Answer => Lane.Request,
        FrameKind.SnapshotBegin or FrameKind.SnapshotChunk or FrameKind.SnapshotEnd or FrameKind.SnapshotCancel
            => Lane.Bulk,
        _ => Lane.Control,
    };

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> target)
    {
        if (Kind is FrameKind.Control or FrameKind.Log)
            return MessageCodec.Write(target, Message!);
        var writer = new WireWriter(target);
        writer.Varint(Number);
        writer.Varint(Extra);
        if (Message is not null)
            return writer.Written + MessageCodec.Write(target[writer.Written..], Message);
        writer.Bytes(Payload.Span);
        return writer.Written;
    }

    public void Release()
    {
        if (Rented is not null)
            ArrayPool<byte>.Shared.Return(Rented);
    }
}
