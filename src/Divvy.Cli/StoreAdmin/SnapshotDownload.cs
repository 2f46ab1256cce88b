using System.Security.Cryptography;
using Divvy.Cli.Output;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Cli.StoreAdmin;

/// <summary>Receives a snapshot into a file, which gets its name only when all of it is there and its checksum
/// holds.</summary>
internal static class SnapshotDownload
{
    private const string Unfinished = ".part";

    /// <summary>Returns the file's length.
    /// <exception cref="CommandException">The file exists or cannot be written, the endpoint failed, or what came is
    /// not what was sent.</exception></summary>
    public static async Task<long> SaveAsync(StoreClient client, string path, CancellationToken cancel)
    {
        if (File.Exists(path))
            throw new CommandException(ExitCode.Conflict, $"{path} exists: backups are not overwritten");
        var part = path + Unfinished;
        try
        {
            var length = await ReceiveAsync(client, part, cancel);
            File.Move(part, path);
            return length;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"cannot write {path}: {failure.Message}", failure);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task<long> ReceiveAsync(StoreClient client, string part, CancellationToken cancel)
    {
        await using var file = File.Create(part);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The last 32 bytes are the checksum of those before: they are held back until it is known which they are.
        var held = Array.Empty<byte>();
        await client.StreamAsync(client.Endpoints[0], EtcdMethods.Snapshot, new SnapshotRequest(), Take, cancel);
        if (held.Length < SHA256.HashSizeInBytes || !hash.GetHashAndReset().AsSpan().SequenceEqual(held))
        {
            throw new CommandException(
                ExitCode.Failed, $"{client.Endpoints[0].Authority} sent a snapshot whose checksum does not match");
        }

        file.Flush(flushToDisk: true);
        return file.Length;

        async ValueTask Take(SnapshotResponse piece)
        {
            byte[] known = [.. held, .. piece.Blob.Span];
            var certain = Math.Max(0, known.Length - SHA256.HashSizeInBytes);
            hash.AppendData(known.AsSpan(0, certain));
            held = known[certain..];
            await file.WriteAsync(piece.Blob.Memory, cancel);
        }
    }
}
