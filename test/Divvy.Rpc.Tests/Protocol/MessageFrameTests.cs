using System.Buffers;
using Divvy.Rpc.Protocol;
using Divvy.Rpc.Tests.Messages;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace Divvy.Rpc.Tests.Protocol;

public sealed class MessageFrameTests
{
    private const int Limit = 100_000;

    [Fact]
    public void TryRead_AnyMessagesInAnyPieces_AreThoseWritten()
    {
        var sizes = Gen.Choose(0, 20_000).ListOf().Select(list => list.Take(4).ToList());
        var cuts = Gen.Choose(1, 5_000);
        Prop.ForAll(sizes.ToArbitrary(), cuts.ToArbitrary(), (lengths, piece) =>
        {
            var messages = lengths.ConvertAll(n => new Ping { Payload = ByteString.CopyFrom(new byte[n]), Count = n });
            var output = new ArrayBufferWriter<byte>();
            foreach (var message in messages)
                MessageFrame.Write(message, output);
            var buffer = Pieces.Of(output.WrittenMemory, piece);
            foreach (var message in messages)
            {
                MessageFrame.TryRead(ref buffer, Ping.Parser, Limit, null, out var read).ShouldBeTrue();
                read.ShouldBe(message);
            }

            buffer.IsEmpty.ShouldBeTrue();
            MessageFrame.TryRead(ref buffer, Ping.Parser, Limit, null, out _).ShouldBeFalse();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryRead_EveryPrefixOfAFrame_LeavesTheBufferAlone()
    {
        var output = new ArrayBufferWriter<byte>();
        MessageFrame.Write(new Ping { Text = "hello" }, output);
        for (var length = 0; length < output.WrittenCount; length++)
        {
            var buffer = new ReadOnlySequence<byte>(output.WrittenMemory[..length]);
            MessageFrame.TryRead(ref buffer, Ping.Parser, Limit, null, out _).ShouldBeFalse();
            buffer.Length.ShouldBe(length);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF }, null, RpcStatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0x80, 0, 0, 0 }, null, RpcStatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0, 1, 0x86, 0xA1 }, null, RpcStatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, null, RpcStatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "identity", RpcStatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "gzip", RpcStatusCode.Unimplemented)]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, "gzip", RpcStatusCode.Internal)]
    public void ReadHeader_Refused_SaysWhy(byte[] header, string? encoding, RpcStatusCode code) =>
        Should.Throw<RpcException>(() => MessageFrame.ReadHeader(header, Limit, encoding)).Code.ShouldBe(code);

    [Fact]
    public void ReadHeader_ExactlyTheLimit_IsAllowed() =>
        MessageFrame.ReadHeader([0, 0, 1, 0x86, 0xA0], Limit, "gzip").ShouldBe(Limit);

    [Fact]
    public void TryRead_NoProtobuf_IsInternal()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 0, 2, 0xFF, 0xFF]);
        Should.Throw<RpcException>(() => MessageFrame.TryRead(ref buffer, Ping.Parser, Limit, null, out _))
            .Code.ShouldBe(RpcStatusCode.Internal);
    }
}
