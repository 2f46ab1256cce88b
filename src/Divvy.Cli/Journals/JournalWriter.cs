namespace Divvy.Cli.Journals;

/// <summary>Appends entries to a journal, each with one write of its own: what was written stays written when the
/// process is killed right after. A journal has one writer at a time. Thread-safe.</summary>
internal sealed class JournalWriter : IDisposable
{
    private readonly FileStream file;
    private readonly Lock gate = new();

    /// <summary>Opens or creates the file. <exception cref="IOException">Another process writes
    /// it.</exception></summary>
    public JournalWriter(string path)
    {
        Path = path;
        file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
        });
        try
        {
            // Two processes would overwrite each other's lines: the runtime appends at an offset it keeps itself.
            if (OperatingSystem.IsLinux())
                file.Lock(0, 1);
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public void Append(JournalEntry entry)
    {
        var line = JournalFormat.Line(entry);
        lock (gate)
            file.Write(line);
    }

    public void Dispose() => file.Dispose();
}
