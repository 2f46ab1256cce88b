using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Divvy.Store.Disk;

/// <summary>A folder of the file system, held by one process at a time: a second one is refused by the file
/// <c>lock</c>.</summary>
public sealed partial class PhysicalDisk : IDisk
{
    private const string LockName = "lock";
    private const int OpenReadOnly = 0;

    private readonly FileStream held;

    /// <summary>Takes a folder, making it when it is missing.
    /// <exception cref="DiskException">It cannot be made or written, or another process holds it.</exception></summary>
    public PhysicalDisk(string folder)
    {
        Place = Path.GetFullPath(folder);
        Try($"make the folder {Place}", () => Directory.CreateDirectory(Place));
        var path = Path.Combine(Place, LockName);
        try
        {
            held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DiskException(
                $"cannot lock {path}: another process uses this folder, or it may not be written: {failure.Message}",
                failure)
            {
                IsInUse = failure is IOException,
            };
        }
    }

    public string Place { get; }

    public IReadOnlyList<string> List() =>
    [
        .. Directory.EnumerateFiles(Place).Select(path => Path.GetFileName(path))
            .Where(name => name != LockName)
            .Order(StringComparer.Ordinal),
    ];

    public IDiskFile Open(string name) => Try(
        $"open {PathOf(name)}",
        () => new PhysicalFile(name, PathOf(name), FileMode.Open));

    public Stream OpenRead(string name) => Try($"open {PathOf(name)}", () => File.OpenRead(PathOf(name)));

    public IDiskFile Create(string name, long size) => Try($"create {PathOf(name)} of {size} bytes", () =>
    {
        var file = new PhysicalFile(name, PathOf(name), FileMode.Create);
        try
        {
            file.FillWithZeros(size);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    public void Rename(string from, string to) => Try(
        $"rename {PathOf(from)} to {to}",
        () => File.Move(PathOf(from), PathOf(to), overwrite: true));

    public void Delete(string name) => Try($"delete {PathOf(name)}", () => File.Delete(PathOf(name)));

    public void SyncFolder()
    {
        // Windows makes names durable with the file; elsewhere the folder itself has to be synchronised.
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = OpenFolder(Place, OpenReadOnly);
        if (descriptor < 0)
            throw new DiskException($"cannot open the folder {Place}: {Marshal.GetLastPInvokeErrorMessage()}");
        var failed = SyncDescriptor(descriptor) != 0;
        var reason = Marshal.GetLastPInvokeErrorMessage();
        _ = CloseDescriptor(descriptor);
        if (failed)
            throw new DiskException($"cannot synchronise the folder {Place}: {reason}");
    }

    public void Dispose() => held.Dispose();

    internal static void Try(string what, Action action) => Try(what, () =>
    {
        action();
        return true;
    });

    private static T Try<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is (IOException or UnauthorizedAccessException) and not DiskException)
        {
            throw new DiskException($"cannot {what}: {failure.Message}", failure);
        }
    }

    private string PathOf(string name) => Path.Combine(Place, name);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);

    private sealed class PhysicalFile(string name, string path, FileMode mode) : IDiskFile
    {
        private const int ZeroChunk = 4 << 20;

        private readonly SafeFileHandle handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read);

        public string Name => name;

        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> buffer)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0)
                    break;
                total += read;
            }

            return total;
        }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            try
            {
                RandomAccess.Write(handle, data, offset);
            }
            catch (IOException failure)
            {
                throw new DiskException(
                    $"cannot write {data.Length} bytes at {offset} of {path}: {failure.Message}", failure);
            }
        }

        public void SetLength(long length) =>
            Try($"resize {path} to {length}", () => RandomAccess.SetLength(handle, length));

        public void Flush() => Try($"synchronise {path}", () => RandomAccess.FlushToDisk(handle));

        /// <summary>Really written, not only reserved: a synchronisation of a block that was never written also has
        /// to write the
        /// file system's own records.</summary>
        public void FillWithZeros(long size)
        {
            var zeros = new byte[(int)Math.Min(size, ZeroChunk)];
            for (var at = 0L; at < size; at += zeros.Length)
            {
                Write(at, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)));
                // Piece by piece: a synchronisation of the log beside this must not wait for all of it.
                Flush();
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
