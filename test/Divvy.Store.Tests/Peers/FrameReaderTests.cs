using Divvy.Store.Peers;
using FsCheck;
using FsCheck.Fluent;

namespace Divvy.Store.Tests.Peers;

public sealed class FrameReaderTests
{
    [Fact]
    public async Task TryTake_AnyFramesInAnyPieces_AreThoseWritten()
    {
        var sizes = new[] { 0, 1, 100, 70_000, 5, 400_000, 3 };
        var bytes = Frames(sizes);
        foreach (var piece in new[] { 1_000, 4_096, 65_536, 1_000_000 })
        {
            using var reader = new FrameReader(new PiecewiseStream(bytes, piece)) { MaxPayload = 1 << 20 };
            var read = new List<byte[]>();
            do
            {
                while (reader.TryTake(out var kind, out var payload))
                {
                    kind.ShouldBe(FrameKind.Request);
                    read.Add(Envelope.Read(payload).Body.ToArray());
                }
            }
            while (await reader.FillAsync() > 0);
            read.Select(body => body.Length).ShouldBe(sizes);
            for (var i = 0; i < sizes.Length; i++)
                read[i].ShouldBe(PeerMessages.Bytes(i, sizes[i]));
        }
    }

    [Fact]
    public void TryTake_AnyBitFlipped_IsNeverTakenForAFrame()
    {
        var good = Frames([40]);
        Prop.ForAll(Gen.Choose(0, (good.Length * 8) - 1).ToArbitrary(), bit =>
        {
            var bytes = good.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            using var reader = new FrameReader(new MemoryStream(bytes)) { MaxPayload = 1_000 };
            var taken = false;
            try
            {
                reader.FillAsync().IsCompleted.ShouldBeTrue("the stream is in memory");
                taken = reader.TryTake(out _, out _);
            }
            catch (InvalidDataException)
            {
                // Refused: what is asked for.
            }

            taken.ShouldBeFalse();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Fact]
    public async Task FillAsync_EndInsideAFrame_IsRefused()
    {
        var bytes = Frames([40]);
        using var reader = new FrameReader(new MemoryStream(bytes[..^1])) { MaxPayload = 1_000 };
        await reader.FillAsync();
        reader.TryTake(out _, out _).ShouldBeFalse();
        (await Should.ThrowAsync<InvalidDataException>(async () => await reader.FillAsync())).Message
            .ShouldContain("into a frame");
    }

    private static byte[] Frames(int[] sizes)
    {
        using var buffer = new FrameBuffer();
        for (var i = 0; i < sizes.Length; i++)
            buffer.Append(OutgoingFrame.Of(FrameKind.Request, (ulong)i, 0, PeerMessages.Bytes(i, sizes[i])));
        return buffer.Written.ToArray();
    }

    private sealed class PiecewiseStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
