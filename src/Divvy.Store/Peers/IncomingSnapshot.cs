using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading.Channels;
using Divvy.Consensus.Raft;

namespace Divvy.Store.Peers;

/// <summary>One snapshot on its way from a member. The connection's reader only puts chunks into a queue that the
/// credit bounds; a task of its own writes them, grants credit for what is written, and verifies length and SHA-256.
/// The file gets its final name when it is whole and durable; in every other case it is deleted.</summary>
internal sealed class IncomingSnapshot
{
    /// <summary>Written between synchronisations, so that the last one is short.</summary>
    private const long BytesPerFlush = 32 << 20;

    private const int TrailerSize = sizeof(long) + SHA256.HashSizeInBytes;

    private readonly Channel<(byte[] Buffer, int Length)> chunks;
    private readonly CancellationTokenSource given = new();
    private readonly OutgoingLanes lanes;
    private readonly PeerTransportOptions options;
    private readonly TimeProvider time;
    private readonly string path;
    private readonly long began;
    private long lastProgress;
    private byte[]? trailer;
    private string reason = "it was given up";

    public IncomingSnapshot(
        ulong number, Message install, OutgoingLanes lanes, PeerTransportOptions options, TimeProvider time)
    {
        (Number, Install) = (number, install);
        (this.lanes, this.options, this.time) = (lanes, options, time);
        began = lastProgress = time.GetTimestamp();
        var last = install.Snapshot!.Last;
        path = Path.Combine(
            options.SnapshotFolder, $"{last.Term.Value:x16}-{last.Index.Value:x16}-{install.From}-{number}");
        chunks = Channel.CreateBounded<(byte[], int)>(
            new BoundedChannelOptions(options.Limits.SnapshotWindow) { SingleReader = true, SingleWriter = true });
    }

    public ulong Number { get; }

    public Message Install { get; }

    public long Length { get; private set; }

    /// <summary>Time since it was announced.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(began);

    /// <summary>What of this went into making it durable.</summary>
    public TimeSpan Synchronising { get; private set; }

    /// <summary>Takes a chunk.
    /// <exception cref="InvalidDataException">There was no credit for it, or the end came before.</exception></summary>
    public void Add(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length > PeerLimits.ChunkBytes)
            throw new InvalidDataException($"a snapshot chunk of {chunk.Length} bytes");
        Volatile.Write(ref lastProgress, time.GetTimestamp());
        var copy = ArrayPool<byte>.Shared.Rent(chunk.Length);
        chunk.CopyTo(copy);
        if (chunks.Writer.TryWrite((copy, chunk.Length)))
            return;
        ArrayPool<byte>.Shared.Return(copy);
        if (!given.IsCancellationRequested && !chunks.Reader.Completion.IsCompleted)
            throw new InvalidDataException("a snapshot chunk without credit");
    }

    /// <summary>All chunks have come.</summary>
    public void End(ReadOnlySpan<byte> expected)
    {
        if (expected.Length != TrailerSize)
            throw new InvalidDataException($"a snapshot trailer of {expected.Length} bytes");
        Volatile.Write(ref trailer, expected.ToArray());
        chunks.Writer.TryComplete();
    }

    public void GiveUp(string why)
    {
        Volatile.Write(ref reason, why);
        given.Cancel();
    }

    public void GiveUpIfStalled(TimeSpan limit)
    {
        if (Volatile.Read(ref trailer) is null && time.GetElapsedTime(Volatile.Read(ref lastProgress)) >= limit)
            GiveUp($"nothing of it came for {limit.TotalSeconds:0.#} s");
    }

    /// <summary>Writes the file; returns its path, or why there is none.</summary>
    public async Task<(string? Path, string? Failure)> RunAsync()
    {
        var part = path + PeerTransport.PartialSuffix;
        try
        {
            var file = options.CreateFile(part);
            await using (file.ConfigureAwait(false))
                await WriteAsync(file).ConfigureAwait(false);
            var whole = path + PeerTransport.ReceivedSuffix;
            File.Move(part, whole, overwrite: true);
            return (whole, null);
        }
        catch (OperationCanceledException)
        {
            return (null, Drop(part, Volatile.Read(ref reason)));
        }
        catch (InvalidDataException failure)
        {
            return (null, Drop(part, failure.Message));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, Drop(part, $"cannot write {part}: {failure.Message}"));
        }
        finally
        {
            chunks.Writer.TryComplete();
            while (chunks.Reader.TryRead(out var chunk))
                ArrayPool<byte>.Shared.Return(chunk.Buffer);
        }
    }

    private async Task WriteAsync(Stream file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var unflushed = 0L;
        await foreach (var (buffer, length) in chunks.Reader.ReadAllAsync(given.Token).ConfigureAwait(false))
        {
            hash.AppendData(buffer, 0, length);
            await file.WriteAsync(buffer.AsMemory(0, length), given.Token).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(buffer);
            Length += length;
            unflushed += length;
            if (unflushed >= BytesPerFlush)
            {
                Synchronise(file);
                unflushed = 0;
            }

            lanes.Offer(OutgoingFrame.Of(FrameKind.SnapshotCredit, Number, 1));
        }

        Verify(hash);
        Synchronise(file);
    }

    private void Verify(IncrementalHash hash)
    {
        var expected = Volatile.Read(ref trailer)!;
        var length = BinaryPrimitives.ReadInt64LittleEndian(expected);
        if (length != Length)
            throw new InvalidDataException($"{Length} bytes came, {length} were sent");
        if (!hash.GetCurrentHash().AsSpan().SequenceEqual(expected.AsSpan(sizeof(long))))
            throw new InvalidDataException($"the {Length} bytes that came do not match the SHA-256 of what was sent");
    }

    private void Synchronise(Stream file)
    {
        var before = time.GetTimestamp();
        if (file is FileStream onDisk)
            onDisk.Flush(flushToDisk: true);
        Synchronising += time.GetElapsedTime(before);
    }

    private static string Drop(string part, string why)
    {
        try
        {
            File.Delete(part);
            return why;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"{why}; and {part} cannot be deleted: {failure.Message}";
        }
    }
}
