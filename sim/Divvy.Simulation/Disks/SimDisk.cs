using Divvy.Simulation.World;
using Divvy.Store.Disk;

namespace Divvy.Simulation.Disks;

/// <summary>A folder of a <see cref="Platter"/> as one process has it. Calls are instantaneous; the time that a
/// synchronisation takes passes before the step that makes it (<see cref="Platter.SyncTime"/>). When the process is
/// gone every call fails, so what it had under way ends there.</summary>
internal sealed class SimDisk(Platter platter, SimProcess process, string folder, PlatterFolder names) : IDisk
{
    private DiskFaults Faults => platter.Faults;

    private string Folder => folder;

    public string Place => $"/{platter.Name}/{folder}";

    public IReadOnlyList<string> List()
    {
        CheckAlive("list", folder);
        return [.. names.Names.Keys];
    }

    public IDiskFile Open(string name) => new OpenFile(this, name, Find(name));

    public Stream OpenRead(string name) => new MemoryStream(Find(name).ToArray(), writable: false);

    public IDiskFile Create(string name, long size)
    {
        Change("create", name, static _ => { });
        if (platter.Faults.IsFull)
            throw Fault("create", name, "No space left on device");
        var file = new PlatterFile(size);
        names.Link(name, file);
        return new OpenFile(this, name, file);
    }

    public void Rename(string from, string to)
    {
        var file = Find(from);
        Change("rename", from, _ => names.Rename(from, to, file));
        names.Rename(from, to, file);
    }

    public void Delete(string name)
    {
        Change("delete", name, _ => names.Unlink(name));
        names.Unlink(name);
    }

    public void SyncFolder()
    {
        Change("synchronise", folder, static _ => { });
        names.Sync();
    }

    public void Dispose()
    {
    }

    private PlatterFile Find(string name)
    {
        CheckAlive("open", name);
        return names.Names.GetValueOrDefault(name) ?? throw Failure("open", name, "No such file");
    }

    /// <summary>Every call that changes something passes here: it may be the one in which the process dies.</summary>
    /// <param name="what">What is tried.</param>
    /// <param name="name">On what.</param>
    /// <param name="halfway">What is done of it when it is cut short.</param>
    private void Change(string what, string name, Action<SimRandom> halfway)
    {
        CheckAlive(what, name);
        platter.Changes++;
        if (platter.Faults.CrashesAfter is not { } left)
            return;
        platter.Faults.CrashesAfter = left > 0 ? left - 1 : null;
        if (left > 0)
            return;
        if (platter.Random.Chance(0.5))
            halfway(platter.Random);
        DieIn(what, name);
    }

    private void DieIn(string what, string name)
    {
        (Faults.CrashesAfter, Faults.TornFolder) = (null, null);
        process.World.Trace.Add(TraceKind.Fault, platter.Name, $"the process dies trying to {what} {folder}/{name}");
        process.Crash();
        CheckAlive(what, name);
    }

    private void CheckAlive(string what, string name)
    {
        if (!process.IsAlive)
            throw Failure(what, name, "the process is gone");
    }

    private DiskException Failure(string what, string name, string reason) =>
        new($"cannot {what} {Place}/{name}: {reason}");

    private DiskException Fault(string what, string name, string reason)
    {
        Faults.Failures++;
        return Failure(what, name, reason);
    }

    private sealed class OpenFile(SimDisk disk, string name, PlatterFile file) : IDiskFile
    {
        public string Name => name;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            disk.CheckAlive("read", name);
            return file.Read(offset, buffer);
        }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            var copy = disk.Faults.CrashesAfter == 0 ? data.ToArray() : [];
            disk.Change("write", name, random => file.Write(offset, copy.AsSpan(0, Cut(offset, copy.Length, random))));
            if (disk.Faults.IsFull && offset + data.Length > file.Length)
                throw disk.Fault("write", name, "No space left on device");
            file.Write(offset, data);
            if (disk.Faults.TornFolder == disk.Folder && Spans(offset, data.Length) > 1)
                disk.DieIn("write", name);
        }

        private static long Spans(long offset, int length) =>
            ((offset + length - 1) / PlatterFile.SectorSize) - (offset / PlatterFile.SectorSize) + 1;

        /// <summary>Kernels and devices stop between sectors, never within one.</summary>
        private static int Cut(long offset, int length, SimRandom random)
        {
            var end = offset + random.Below(length + 1);
            return (int)Math.Max(0, (end / PlatterFile.SectorSize * PlatterFile.SectorSize) - offset);
        }

        public void SetLength(long length)
        {
            disk.Change("resize", name, _ => file.SetLength(length));
            file.SetLength(length);
        }

        public void Flush()
        {
            disk.Change("synchronise", name, _ => file.Sync());
            if (disk.Faults.FailsNextSync)
            {
                disk.Faults.FailsNextSync = false;
                file.FailSync();
                throw disk.Fault("synchronise", name, "Input/output error");
            }

            file.Sync();
        }

        public void Dispose()
        {
        }
    }
}
