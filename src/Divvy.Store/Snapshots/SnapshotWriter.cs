using System.Diagnostics;
using Divvy.Store.Disk;

namespace Divvy.Store.Snapshots;

/// <summary>Writes a captured state to a file while the state goes on.</summary>
internal static class SnapshotWriter
{
    /// <summary>Bytes taken from the state while its owner's lock is held.</summary>
    private const int PieceBytes = 64 << 10;

    /// <summary>Bytes after which they are made durable: a synchronisation of the log beside this waits for what the
    /// system has yet to write of the snapshot.</summary>
    private const int FlushBytes = 4 << 20;

    /// <summary>Writes and makes durable. Returns the file's name and its size.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="capture">What.</param>
    /// <param name="underLock">Runs a step that touches the state under its owner's lock.</param>
    /// <param name="instruments">What watches and disturbs it; nobody by default.</param>
    /// <exception cref="DiskException">The disk failed, or is full; nothing was replaced.</exception>
    public static (string Name, long Size) Write(
        SnapshotFolder folder, StateCapture capture, Action<Action> underLock, Instruments? instruments = null)
    {
        try
        {
            instruments?.Points.DefragmentBeforeCopy.Hit();
            var began = Stopwatch.GetTimestamp();
            using var file = folder.Begin();
            var writer = new SectionWriter(file);
            capture.WriteHead(writer);
            var flushed = 0L;
            while (true)
            {
                ReadOnlyMemory<byte> piece = default;
                underLock(() => piece = capture.Data.Next(PieceBytes));
                if (piece.IsEmpty)
                    break;
                writer.Write(SectionKind.Data, piece.Span);
                if (writer.Length - flushed < FlushBytes)
                    continue;
                file.Flush();
                flushed = writer.Length;
            }

            writer.Write(SectionKind.End, []);
            var marshalled = Stopwatch.GetTimestamp();
            file.Flush();
            instruments?.Metrics.Snapshots.Marshalled(Stopwatch.GetElapsedTime(began, marshalled));
            instruments?.Metrics.Snapshots.Synced(Stopwatch.GetElapsedTime(marshalled));
            instruments?.Points.DefragmentBeforeRename.Hit();
            return (folder.Finish(capture.Head.Snapshot.Last), writer.Length);
        }
        finally
        {
            underLock(capture.Data.Release);
        }
    }
}
