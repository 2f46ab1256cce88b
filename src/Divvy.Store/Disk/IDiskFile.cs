namespace Divvy.Store.Disk;

/// <summary>An open file. One writer; reads may go on beside it.
/// <exception cref="DiskException">Any call: the operating system refused, with the file named. After a failed
/// <see cref="Flush"/> nothing is known about what the disk holds, and the caller must stop using the
/// file.</exception></summary>
public interface IDiskFile : IDisposable
{
    string Name { get; }

    long Length { get; }

    /// <summary>Fills as much of the buffer as the file holds from an offset on; returns how much that was.</summary>
    int Read(long offset, Span<byte> buffer);

    void Write(long offset, ReadOnlySpan<byte> data);

    void SetLength(long length);

    /// <summary>Makes the content durable (fdatasync).</summary>
    void Flush();
}
