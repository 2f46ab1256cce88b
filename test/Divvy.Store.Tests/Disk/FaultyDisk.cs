using Divvy.Store.Disk;

namespace Divvy.Store.Tests.Disk;

/// <summary>A disk one operation of which fails, at a moment of the caller's choice: that of a full or a dying device. Reads do
/// not count. A write that fails has done half of its work; every later operation on this disk works again.</summary>
internal sealed class FaultyDisk(IDisk inner) : IDisk
{
    private int left = int.MaxValue;

    public string Place => inner.Place;

    public string Reason { get; init; } = "Input/output error";

    public bool HasFailed { get; private set; }

    /// <summary>So many operations succeed from now on, then one fails.</summary>
    public void FailAfter(int operations) => (left, HasFailed) = (operations, false);

    public IReadOnlyList<string> List() => inner.List();

    public IDiskFile Open(string name) => new FaultyFile(this, inner.Open(name));

    public Stream OpenRead(string name) => inner.OpenRead(name);

    public IDiskFile Create(string name, long size)
    {
        Pass($"create {name}");
        return new FaultyFile(this, inner.Create(name, size));
    }

    public void Rename(string from, string to)
    {
        Pass($"rename {from} to {to}");
        inner.Rename(from, to);
    }

    public void Delete(string name)
    {
        Pass($"delete {name}");
        inner.Delete(name);
    }

    public void SyncFolder()
    {
        Pass($"synchronise the folder {Place}");
        inner.SyncFolder();
    }

    public void Dispose() => inner.Dispose();

    private void Pass(string what)
    {
        if (left-- != 0)
            return;
        HasFailed = true;
        throw new DiskException($"cannot {what}: {Reason}");
    }

    private sealed class FaultyFile(FaultyDisk disk, IDiskFile file) : IDiskFile
    {
        public string Name => file.Name;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            if (disk.left == 0)
                file.Write(offset, data[..HalfUpToASector(offset, data.Length)]);
            disk.Pass($"write {data.Length} bytes at {offset} of {Name}");
            file.Write(offset, data);
        }

        /// <summary>Kernels and devices stop between sectors, never within one.</summary>
        private static int HalfUpToASector(long offset, int length)
        {
            var end = (offset + (length / 2)) / MemoryDisk.SectorSize * MemoryDisk.SectorSize;
            return (int)Math.Max(0, end - offset);
        }

        public void SetLength(long length)
        {
            disk.Pass($"resize {Name} to {length}");
            file.SetLength(length);
        }

        public void Flush()
        {
            disk.Pass($"synchronise {Name}");
            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}
