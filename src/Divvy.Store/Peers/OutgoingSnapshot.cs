using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Peers;

/// <summary>One snapshot on its way to a member. The other side grants credit, a chunk each, as its disk takes them;
/// the transfer has ended when it says that it holds a verified file, or that it does not.</summary>
internal sealed class OutgoingSnapshot(ulong number, OutgoingLanes lanes, int window, TimeProvider time)
{
    // Neither is disposed: they hold no handle, and the reader may touch them when the transfer has just ended.
    private readonly SemaphoreSlim credit = new(window);
    private readonly CancellationTokenSource given = new();
    private readonly TaskCompletionSource<string?> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long lastProgress = time.GetTimestamp();

    public ulong Number => number;

    /// <summary>Sends all of the stream; returns why it failed, null when it did not.</summary>
    public async Task<string?> SendAsync(Message install, Stream content, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(given.Token, cancellationToken);
        try
        {
            if (!lanes.Offer(OutgoingFrame.Begin(number, install)))
                return "the connection has ended";
            await SendChunksAsync(content, both.Token).ConfigureAwait(false);
            return await result.Task.WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lanes.Offer(OutgoingFrame.Of(FrameKind.SnapshotCancel, number));
            return result.Task.IsCompletedSuccessfully ? result.Task.Result : "it was given up";
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or ObjectDisposedException)
        {
            lanes.Offer(OutgoingFrame.Of(FrameKind.SnapshotCancel, number));
            return $"the snapshot cannot be read: {failure.Message}";
        }
    }

    public void Grant(ulong chunks)
    {
        if (chunks == 0 || chunks > (ulong)window || credit.CurrentCount + (int)chunks > window)
            throw new InvalidDataException($"credit for {chunks} chunks, {credit.CurrentCount} of {window} are free");
        Volatile.Write(ref lastProgress, time.GetTimestamp());
        credit.Release((int)chunks);
    }

    /// <summary>The other side has said how it ended, or the connection has.</summary>
    public void Finish(string? failure)
    {
        if (result.TrySetResult(failure) && failure is not null)
            given.Cancel();
    }

    public void FinishIfStalled(TimeSpan limit)
    {
        if (time.GetElapsedTime(Volatile.Read(ref lastProgress)) >= limit)
            Finish($"it did not move for {limit.TotalSeconds:0.#} s");
    }

    internal static string? ResultOf(in Envelope result) =>
        result.Extra == 0 ? null : Encoding.UTF8.GetString(result.Body);

    private async Task SendChunksAsync(Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        while (true)
        {
            await credit.WaitAsync(cancellationToken).ConfigureAwait(false);
            var chunk = ArrayPool<byte>.Shared.Rent(PeerLimits.ChunkBytes);
            var read = await content.ReadAtLeastAsync(
                chunk.AsMemory(0, PeerLimits.ChunkBytes), PeerLimits.ChunkBytes, false, cancellationToken)
                .ConfigureAwait(false);
            if (read == 0)
            {
                ArrayPool<byte>.Shared.Return(chunk);
                break;
            }

            hash.AppendData(chunk.AsSpan(0, read));
            length += read;
            if (!lanes.Offer(OutgoingFrame.Chunk(number, chunk, read)))
                throw new IOException("the connection has ended");
        }

        lanes.Offer(OutgoingFrame.Of(FrameKind.SnapshotEnd, number, 0, Trailer(length, hash)));
    }

    private static byte[] Trailer(long length, IncrementalHash hash)
    {
        var trailer = new byte[sizeof(long) + SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64LittleEndian(trailer, length);
        hash.GetCurrentHash(trailer.AsSpan(sizeof(long)));
        return trailer;
    }
}
