namespace Divvy.Store.Disk;

/// <summary>One folder of a store member, as the code that keeps things in it sees it: the seam where a test or a
/// simulation puts
/// a disk that forgets, tears and fails. Names are plain file names. Not thread-safe but where said.
/// <para>What survives a crash: the content of a file up to its last <see cref="IDiskFile.Flush"/>, and the names as
/// of the last
/// <see cref="SyncFolder"/>. Anything else may be there, or not, sector by sector.</para></summary>
public interface IDisk : IDisposable
{
    /// <summary>Where this is, for messages to people.</summary>
    string Place { get; }

    /// <summary>The names of the files, in ordinal order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Opens a file that exists.
    /// <exception cref="DiskException">It does not, or may not be opened.</exception></summary>
    IDiskFile Open(string name);

    /// <summary>Opens a file that is complete for reading from its beginning on. What it then has can be read to its
    /// end, whatever becomes of its name. The stream is its caller's.
    /// <exception cref="DiskException">It does not exist, or may not be opened.</exception></summary>
    Stream OpenRead(string name);

    /// <summary>Makes a file of a size, filled with zeros; replaces what had its name.</summary>
    IDiskFile Create(string name, long size);

    void Rename(string from, string to);

    void Delete(string name);

    /// <summary>Makes creations, renames and deletions durable.</summary>
    void SyncFolder();
}
