using System.Text;
using Divvy.Streams.Kinesis.FanOut;
using Divvy.TestKit.Kinesis;

namespace Divvy.Streams.Tests.Kinesis.FanOut;

public sealed class EventStreamReaderTests
{
    [Fact]
    public void Crc32_CheckValue_IsTheStandards() =>
        Crc32.Compute("123456789"u8).ShouldBe(0xCBF43926u);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Read_MessagesOfTheSdkInPieces_AreTheSame(int pieceLength)
    {
        byte[] bytes = [.. FanOutEvents.Encode("event", "A", "{}"), .. FanOutEvents.Encode("exception", "B", "[1]")];
        await using var reader = new EventStreamReader(new PieceStream(bytes, pieceLength));

        var first = (await reader.ReadAsync(default))!;
        (first.Kind, first.Name, Encoding.UTF8.GetString(first.Payload)).ShouldBe(("event", "A", "{}"));
        var second = (await reader.ReadAsync(default))!;
        (second.Kind, second.Name, Encoding.UTF8.GetString(second.Payload)).ShouldBe(("exception", "B", "[1]"));
        (await reader.ReadAsync(default)).ShouldBeNull();
    }

    [Fact]
    public async Task Read_AnyOneBitChanged_IsFoundOut()
    {
        var bytes = FanOutEvents.Encode("event", "SubscribeToShardEvent", """{"Records":[]}""");
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            await using var reader = new EventStreamReader(new MemoryStream(damaged));

            await Should.ThrowAsync<InvalidDataException>(reader.ReadAsync(default).AsTask(), $"bit {bit}");
        }
    }

    [Fact]
    public async Task Read_BreaksOffInside_IsNoEnd()
    {
        var bytes = FanOutEvents.Encode("event", "A", "{}");
        await using var reader = new EventStreamReader(new MemoryStream(bytes[..^1]));

        await Should.ThrowAsync<IOException>(reader.ReadAsync(default).AsTask());
    }

    /// <summary>Gives a few bytes with each read.</summary>
    private sealed class PieceStream(byte[] bytes, int pieceLength) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(pieceLength, buffer.Length)], cancellationToken);
    }
}
