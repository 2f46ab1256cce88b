namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>Keys as etcd's benchmark makes them: a number as a zig-zag varint (Go's <c>binary.PutVarint</c>) at the
/// start of a key of fixed size, the rest zero. etcd's tool does not clear the rest between keys, so that after the
/// first round through the key space some keys keep the tail of a longer one; here there are exactly as many keys as
/// were asked for. Thread-safe.</summary>
internal sealed class KeySpace
{
    private readonly bool isSequential;

    /// <param name="keySize">Octets of each key.</param>
    /// <param name="count">Different keys.</param>
    /// <param name="isSequential">One after the other; else at random.</param>
    /// <exception cref="ArgumentException">The numbers do not fit into the keys.</exception>
    public KeySpace(int keySize, int count, bool isSequential)
    {
        this.isSequential = isSequential;
        KeySize = keySize;
        Count = count;
        var needed = Encode(count - 1, stackalloc byte[10]);
        if (needed > keySize)
        {
            throw new ArgumentException(
                $"{count} different keys need --key-size {needed} or more, not {keySize}: "
                    + "a key holds its number as a varint");
        }
    }

    public int KeySize { get; }

    public int Count { get; }

    /// <summary>Writes the key of the request with this number.</summary>
    public void Write(long index, Span<byte> key)
    {
        key.Clear();
        Encode(isSequential ? index % Count : Random.Shared.Next(Count), key);
    }

    /// <summary>The key with this number.</summary>
    public byte[] Key(long number)
    {
        var key = new byte[KeySize];
        Encode(number % Count, key);
        return key;
    }

    private static int Encode(long number, Span<byte> output)
    {
        var rest = (ulong)((number << 1) ^ (number >> 63));
        var length = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            if (length < output.Length)
                output[length] = (byte)(rest | 0x80);
            length++;
        }

        if (length < output.Length)
            output[length] = (byte)rest;
        return length + 1;
    }
}
