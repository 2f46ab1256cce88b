using System.Buffers;
using Divvy.Rpc.Client;
using Divvy.Rpc.Protocol;
using Divvy.Rpc.Tests.Messages;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace Divvy.Rpc.Tests.Client;

public sealed class ResponseFramesTests
{
    private const int Limit = 1_000_000;

    [Fact]
    public void ReadAsync_AnyMessagesInAnyPieces_AreThoseWritten()
    {
        var sizes = Gen.Frequency((3, Gen.Choose(0, 50)), (1, Gen.Choose(3_000, 40_000)))
            .ListOf().Select(list => list.Take(8).ToList());
        Prop.ForAll(sizes.ToArbitrary(), Gen.Choose(1, 9_000).ToArbitrary(), (lengths, piece) =>
        {
            var messages = lengths.ConvertAll(Message);
            var output = new ArrayBufferWriter<byte>();
            messages.ForEach(message => MessageFrame.Write(message, output));
            using var frames = new ResponseFrames(new Drip(output.WrittenSpan.ToArray(), piece), Limit, null);
            foreach (var message in messages)
                Read(frames).ShouldBe(message);
            Read(frames).ShouldBeNull();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void ReadAsync_EndInsideAFrame_IsInternal()
    {
        var output = new ArrayBufferWriter<byte>();
        MessageFrame.Write(Message(100), output);
        for (var length = 1; length < output.WrittenCount; length++)
        {
            using var frames = new ResponseFrames(new Drip(output.WrittenSpan[..length].ToArray(), 7), Limit, null);
            Should.Throw<RpcException>(() => Read(frames)).Code.ShouldBe(RpcStatusCode.Internal);
        }
    }

    private static Ping Message(int size)
    {
        var payload = new byte[size];
        new Random(size).NextBytes(payload);
        return new Ping { Payload = ByteString.CopyFrom(payload), Count = size };
    }

    // The stream below never waits, so the result is there.
    private static Ping? Read(ResponseFrames frames) => frames.ReadAsync(Ping.Parser, default).GetAwaiter().GetResult();

    /// <summary>Bytes that come a few at a time, without ever waiting.</summary>
    private sealed class Drip(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
