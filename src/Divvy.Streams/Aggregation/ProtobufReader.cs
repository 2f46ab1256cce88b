namespace Divvy.Streams.Aggregation;

/// <summary>Reads the fields of a protobuf message, as far as aggregates need them. It says whether the bytes are in
/// order rather than throw: anybody may write bytes into a stream.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int LengthType = 2;
    private const int Fixed32Type = 5;
    private const int MaxVarintShift = 63;

    private ReadOnlySpan<byte> rest = message;

    /// <summary>Whether something was out of order; nothing can be read any more then.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>The next field's number and value: <paramref name="number"/> for a varint, <paramref name="bytes"/> for
    /// the rest. False at the end, and when something is out of order.</summary>
    public bool TryReadField(out int field, out ulong number, out ReadOnlySpan<byte> bytes)
    {
        field = 0;
        number = 0;
        bytes = default;
        if (rest.IsEmpty || IsMalformed || !TryReadVarint(out var key))
            return false;
        field = (int)(key >> 3);
        switch ((int)(key & 7))
        {
            case VarintType:
                return TryReadVarint(out number);
            case LengthType:
                return TryReadVarint(out var length) && TryTake(length, out bytes);
            case Fixed64Type:
                return TryTake(sizeof(ulong), out bytes);
            case Fixed32Type:
                return TryTake(sizeof(uint), out bytes);
            default:
                IsMalformed = true;
                return false;
        }
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var (at, shift) = (0, 0); at < rest.Length && shift <= MaxVarintShift; at++, shift += 7)
        {
            value |= (ulong)(rest[at] & 0x7F) << shift;
            if (rest[at] < 0x80)
            {
                rest = rest[(at + 1)..];
                return true;
            }
        }
        IsMalformed = true;
        return false;
    }

    private bool TryTake(ulong length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length > (ulong)rest.Length)
        {
            IsMalformed = true;
            return false;
        }
        bytes = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }
}
