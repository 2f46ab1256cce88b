namespace Divvy.Store.Peers;

/// <summary>The payload of every frame but Raft messages: two numbers, whose meaning <see cref="FrameKind"/> says, and
/// what follows them.</summary>
internal readonly ref struct Envelope
{
    public ulong Number { get; private init; }

    public ulong Extra { get; private init; }

    public ReadOnlySpan<byte> Body { get; private init; }

    public static Envelope Read(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        return new Envelope { Number = reader.Varint(), Extra = reader.Varint(), Body = reader.Rest() };
    }
}
