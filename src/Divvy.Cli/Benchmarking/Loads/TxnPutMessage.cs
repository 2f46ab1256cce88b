using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>A transaction of puts without a condition. The keys of one transaction follow each other, since etcd
/// refuses the same key twice.</summary>
internal sealed class TxnPutMessage : IRequestMessage
{
    private readonly KeySpace keys;
    private readonly byte[] message;
    private readonly int[] keyOffsets;

    /// <exception cref="ArgumentException">There are fewer keys than puts in a transaction.</exception>
    public TxnPutMessage(KeySpace keys, byte[] value, int operations)
    {
        if (operations > keys.Count)
        {
            throw new ArgumentException(
                $"--txn-ops {operations} needs --key-space-size {operations} or more, not {keys.Count}: "
                    + "a transaction cannot put a key twice");
        }

        this.keys = keys;
        var request = new TxnRequest();
        var put = new PutRequest
        {
            Key = UnsafeByteOperations.UnsafeWrap(new byte[keys.KeySize]),
            Value = UnsafeByteOperations.UnsafeWrap(value),
        };
        for (var i = 0; i < operations; i++)
            request.Success.Add(new RequestOp { RequestPut = put });
        message = request.ToByteArray();

        // Each put is as long as any other, and its key lies at the same place in it: behind its own tag and length,
        // in front of the value with its tag and length.
        var stride = message.Length / operations;
        var inPut = 1 + CodedOutputStream.ComputeLengthSize(keys.KeySize);
        keyOffsets = [.. Enumerable.Range(0, operations).Select(i => ((i + 1) * stride) - put.CalculateSize() + inPut)];
    }

    public ReadOnlySpan<byte> For(long index)
    {
        for (var i = 0; i < keyOffsets.Length; i++)
            keys.Write((index * keyOffsets.Length) + i, message.AsSpan(keyOffsets[i], keys.KeySize));
        return message;
    }
}
