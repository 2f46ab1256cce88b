using Divvy.Simulation.World;

namespace Divvy.Simulation.Disks;

/// <summary>
/// The disk of one machine: what outlives its processes. It holds folders, each used by one process at a time through
/// a <see cref="SimDisk"/>.
/// <para>What a crash keeps: the content of a file up to its last synchronisation and the names up to the folder's
/// last one; of all later, any subset, sector by sector and name by name. A rename is kept or lost whole, as file
/// systems with a journal have it, but later changes of a folder may be kept without earlier ones.</para>
/// </summary>
internal sealed class Platter(string name, SimRandom random)
{
    private readonly SortedDictionary<string, PlatterFolder> folders = new(StringComparer.Ordinal);

    public string Name => name;

    public DiskFaults Faults { get; } = new();

    public SimRandom Random => random;

    /// <summary>Calls that changed something, since the beginning.</summary>
    public long Changes { get; set; }

    /// <summary>Gives a folder to a process, and takes it back when that ends: what was not on the platter then is
    /// lost in part.</summary>
    public SimDisk Mount(SimProcess process, string folder)
    {
        if (!folders.TryGetValue(folder, out var mounted))
            folders.Add(folder, mounted = new PlatterFolder());
        process.Crashed += () => mounted.Crash(random);
        return new SimDisk(this, process, folder, mounted);
    }

    /// <summary>Puts an empty disk in its place.</summary>
    public void Replace() => folders.Clear();

    /// <summary>The names in a folder, in order.</summary>
    public IEnumerable<string> Files(string folder) =>
        folders.TryGetValue(folder, out var found) ? found.Names.Keys : [];

    /// <summary>How long the next synchronisation takes.</summary>
    public TimeSpan SyncTime() => Faults.SyncLatency + random.Exponential(Faults.SyncJitter);

    /// <summary>Turns bits round in one file of a folder, while nobody uses it. Most hit what was written, and many
    /// the end of that, where a torn write looks much like them. Returns the file; null: there is none.</summary>
    public string? FlipBits(string folder, int bits)
    {
        if (!folders.TryGetValue(folder, out var found))
            return null;
        var files = found.Names.Where(file => file.Value.Used > 0).ToList();
        if (files.Count == 0)
            return null;
        var (name, content) = random.Pick(files);
        var from = random.Chance(0.3) ? Math.Max(0, content.Used - (4 * PlatterFile.SectorSize)) : 0;
        var to = random.Chance(0.9) ? content.Used : content.Length;
        for (; bits > 0; bits--)
            content.Flip((from * 8) + (long)(random.Fraction() * (to - from) * 8));
        return $"{folder}/{name}";
    }
}
