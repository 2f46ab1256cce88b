using Divvy.Simulation.World;

namespace Divvy.Simulation.Disks;

/// <summary>The names of a folder: as they are, as they are on the platter, and what lies between.</summary>
internal sealed class PlatterFolder
{
    private readonly List<Change> unsynced = [];
    private SortedDictionary<string, PlatterFile> durable = new(StringComparer.Ordinal);

    public SortedDictionary<string, PlatterFile> Names { get; private set; } = new(StringComparer.Ordinal);

    public void Link(string name, PlatterFile file) => Do(new Change(null, name, file));

    public void Rename(string from, string to, PlatterFile file) => Do(new Change(from, to, file));

    public void Unlink(string name) => Do(new Change(name, null, null));

    public void Sync()
    {
        unsynced.Clear();
        durable = new(Names, StringComparer.Ordinal);
    }

    public void Crash(SimRandom random)
    {
        var chance = random.Pick([0.0, 0.5, 1.0]);
        foreach (var change in unsynced)
        {
            if (random.Chance(chance))
                change.ApplyTo(durable);
        }

        Names = new(durable, StringComparer.Ordinal);
        unsynced.Clear();
        foreach (var file in Names.Values.Distinct())
            file.Crash(random);
    }

    private void Do(Change change)
    {
        change.ApplyTo(Names);
        unsynced.Add(change);
    }

    /// <summary>A name that comes, goes, or moves.</summary>
    private sealed record Change(string? Gone, string? Come, PlatterFile? File)
    {
        public void ApplyTo(SortedDictionary<string, PlatterFile> names)
        {
            if (Gone is not null)
                names.Remove(Gone);
            if (Come is not null)
                names[Come] = File!;
        }
    }
}
