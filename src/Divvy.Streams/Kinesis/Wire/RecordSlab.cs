namespace Divvy.Streams.Kinesis.Wire;

/// <summary>Gives the records of one answer their bytes out of arrays that they share. Small enough that a record that
/// is kept does not keep much else, and that none becomes a large object of the collector.</summary>
internal sealed class RecordSlab
{
    /// <summary>Bytes of an array that is shared.</summary>
    public const int Size = 32 << 10;

    /// <summary>A record of more gets an array of its own.</summary>
    public const int LargestShared = Size / 4;

    private byte[] current = [];
    private int used;

    /// <summary>Bytes given so far.</summary>
    public long Given { get; private set; }

    /// <param name="length">So many bytes.</param>
    /// <param name="expected">What is likely to be taken from here on, these bytes included: less than a whole array
    /// is made when that is enough.</param>
    public ArraySegment<byte> Take(int length, long expected)
    {
        Given += length;
        if (length > LargestShared)
            return new byte[length];
        if (length > current.Length - used)
        {
            current = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(expected, length, Size));
            used = 0;
        }
        var taken = new ArraySegment<byte>(current, used, length);
        used += length;
        return taken;
    }
}
