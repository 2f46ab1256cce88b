using System.Globalization;
using Divvy.Consensus.Raft;
using Divvy.Store.Disk;

namespace Divvy.Store.Snapshots;

/// <summary>The snapshots of one member. One is enough: a new one replaces it once it is durable. Files are named by
/// term and index of their last entry, so the newest is known without opening any; what bears another name is
/// unfinished and swept at the start.</summary>
internal sealed class SnapshotFolder(IDisk disk)
{
    public const string Extension = ".snap";

    private const string Unfinished = "next.tmp";

    public IDisk Disk => disk;

    /// <summary>The newest snapshot; null: there is none.</summary>
    public (EntryId Last, string Name)? Newest()
    {
        (EntryId Last, string Name)? newest = null;
        foreach (var name in disk.List())
        {
            if (Parse(name) is { } last && (newest is null || last.Index > newest.Value.Last.Index))
                newest = (last, name);
        }

        return newest;
    }

    public static string NameOf(EntryId last) => string.Create(
        CultureInfo.InvariantCulture, $"{last.Term.Value:x16}-{last.Index.Value:x16}{Extension}");

    public string PathOf(string name) => Path.Combine(disk.Place, name);

    public long SizeOf(string name)
    {
        using var file = disk.Open(name);
        return file.Length;
    }

    /// <summary>Begins a file; it becomes a snapshot by <see cref="Finish"/>.</summary>
    public IDiskFile Begin() => disk.Create(Unfinished, 0);

    public string Finish(EntryId last)
    {
        var name = NameOf(last);
        disk.Rename(Unfinished, name);
        disk.SyncFolder();
        return name;
    }

    /// <summary>Gives a file that was received its name as a snapshot.</summary>
    public string Adopt(string file, EntryId last)
    {
        var name = NameOf(last);
        if (file != name)
            disk.Rename(file, name);
        disk.SyncFolder();
        return name;
    }

    /// <summary>Deletes a file that was received; one that a crash brings back is swept at the start.</summary>
    public void Drop(string file) => disk.Delete(file);

    /// <summary>Deletes all snapshots before one, and what is unfinished.</summary>
    public void DeleteBefore(EntryId last)
    {
        var deleted = false;
        foreach (var name in disk.List())
        {
            if (Parse(name) is { } other && other.Index < last.Index)
            {
                disk.Delete(name);
                deleted = true;
            }
        }

        if (deleted)
            disk.SyncFolder();
    }

    /// <summary>Deletes what a crash left unfinished.</summary>
    public void Sweep()
    {
        foreach (var name in disk.List())
        {
            if (Parse(name) is null)
                disk.Delete(name);
        }
    }

    private static EntryId? Parse(string name)
    {
        if (!name.EndsWith(Extension, StringComparison.Ordinal) || name.Length != 33 + Extension.Length)
            return null;
        return ulong.TryParse(name.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var term)
            && ulong.TryParse(
                name.AsSpan(17, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var index)
            ? new EntryId(new Term(term), new LogIndex(index))
            : null;
    }
}
