using System.Buffers.Binary;
using Divvy.Consensus.Mvcc;

namespace Divvy.Benchmarks.Mvcc;

/// <summary>Stores of keys with values of 256 bytes. The order of the keys is scrambled, as hashed names or several
/// writers have it: a store filled in order has it easier.</summary>
internal static class Workload
{
    public const int ValueBytes = 256;

    private const int KeyBytes = 16;

    /// <summary>A store that holds so many keys, put one by one through its log.</summary>
    public static MvccStore Fill(int keys)
    {
        var store = new MvccStore(new MvccOptions());
        for (var number = 0; number < keys; number++)
            Put(store, number);
        return store;
    }

    public static void Put(MvccStore store, int number) =>
        store.Apply(store.AppliedIndex + 1, new PutOperation(Key(number), new byte[ValueBytes]));

    public static byte[] Key(int number)
    {
        // An odd multiplier permutes the numbers, so no key comes twice.
        const ulong Scramble = 0x9E3779B97F4A7C15;
        var key = new byte[KeyBytes];
        "/registry"u8[..8].CopyTo(key);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(8), (ulong)number * Scramble);
        return key;
    }

    /// <summary>All bytes of a store's export, in chunks of 64 KiB.</summary>
    public static List<byte[]> Export(MvccStore store)
    {
        const int ChunkBytes = 64 * 1024;
        var chunks = new List<byte[]>();
        var export = store.BeginExport();
        for (var chunk = export.Next(ChunkBytes); !chunk.IsEmpty; chunk = export.Next(ChunkBytes))
            chunks.Add(chunk.ToArray());
        return chunks;
    }
}
