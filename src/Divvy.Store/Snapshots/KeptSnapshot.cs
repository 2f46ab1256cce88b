using System.Security.Cryptography;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using Divvy.Consensus.State;
using Divvy.Store.Disk;

namespace Divvy.Store.Snapshots;

/// <summary>A snapshot as an operator keeps it: the sections, and then, if it came over the Maintenance API, zeros up
/// to a whole block and a SHA-256 of all that, as etcd's tools expect. A file copied from a data folder ends with its
/// last section.</summary>
internal static class KeptSnapshot
{
    /// <summary>etcdctl takes a snapshot for whole when its length is a multiple of this and a SHA-256
    /// follows.</summary>
    public const int Block = 512;

    private const int ReadSize = 64 << 10;

    /// <summary>Reads and checks all of it.
    /// <exception cref="SnapshotDamagedException">It is not as it was written; names the file.</exception>
    /// <exception cref="DiskException">It cannot be opened.</exception></summary>
    public static (SnapshotHead Head, StateMachine State) Load(string path, MvccOptions options, WatchLimits limits)
    {
        using var file = new SourceFile(path);
        var reader = new SectionReader(file.Name, file);
        var loaded = SnapshotFile.Load(reader, options, limits);
        CheckTrailer(reader, file);
        return loaded;
    }

    private static void CheckTrailer(SectionReader reader, SourceFile file)
    {
        if (file.Length == reader.Position)
            return;
        var covered = (reader.Position + Block - 1) / Block * Block;
        if (file.Length != covered + SHA256.HashSizeInBytes)
            throw reader.Damaged($"{file.Length - reader.Position} bytes behind the last section are no checksum");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ReadSize];
        for (var at = 0L; at < covered; at += buffer.Length)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, covered - at));
            file.Read(at, piece);
            hash.AppendData(piece);
        }

        var expected = buffer.AsSpan(0, SHA256.HashSizeInBytes);
        file.Read(covered, expected);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(expected))
            throw reader.Damaged("the SHA-256 at its end does not match");
    }
}
