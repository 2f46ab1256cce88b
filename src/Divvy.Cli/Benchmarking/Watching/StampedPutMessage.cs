using Divvy.Cli.Benchmarking.Loads;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking.Watching;

/// <summary>Puts to the watched keys in turn, each with its number in the value.</summary>
internal sealed class StampedPutMessage : IRequestMessage
{
    private readonly byte[][] messages;
    private readonly PutClock clock;
    private readonly int valueOffset;

    public StampedPutMessage(IReadOnlyList<byte[]> keys, int valueSize, PutClock clock)
    {
        this.clock = clock;
        var value = LoadOptions.RandomValue(Math.Max(valueSize, PutClock.StampSize));
        messages = [.. keys.Select(key => new PutRequest
        {
            Key = UnsafeByteOperations.UnsafeWrap(key),
            Value = UnsafeByteOperations.UnsafeWrap(value),
        }.ToByteArray())];

        // The value is the last field.
        valueOffset = messages[0].Length - value.Length;
    }

    public ReadOnlySpan<byte> For(long index)
    {
        var message = messages[index % messages.Length];
        clock.Stamp(index, message.AsSpan(valueOffset));
        return message;
    }
}
