using Divvy.Store.Disk;
using Microsoft.Win32.SafeHandles;

namespace Divvy.Store.Snapshots;

/// <summary>A snapshot that somebody kept, anywhere: read, never written, and its folder is not taken.</summary>
internal sealed class SourceFile : IDiskFile
{
    private readonly SafeFileHandle handle;

    /// <exception cref="DiskException">It cannot be opened.</exception>
    public SourceFile(string path)
    {
        Name = Path.GetFullPath(path);
        try
        {
            handle = File.OpenHandle(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DiskException($"cannot open the snapshot {Name}: {failure.Message}", failure);
        }
    }

    public string Name { get; }

    public long Length => RandomAccess.GetLength(handle);

    public int Read(long offset, Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(handle, buffer[total..], offset + total) is > 0 and var read)
            total += read;
        return total;
    }

    public void Write(long offset, ReadOnlySpan<byte> data) => throw Refusal();

    public void SetLength(long length) => throw Refusal();

    public void Flush() => throw Refusal();

    public void Dispose() => handle.Dispose();

    private NotSupportedException Refusal() => new($"{Name} is somebody's backup: it is only read");
}
