using System.Text;

namespace Divvy.Cli.Journals;

/// <summary>Reads the journals of a folder while they grow. Not thread-safe.</summary>
internal sealed class JournalFollower(string folder)
{
    public const string Pattern = "*.journal";

    private readonly Dictionary<string, long> offsets = new(StringComparer.Ordinal);

    /// <summary>What was written since the last call, journal by journal, each in its order.</summary>
    public IReadOnlyList<JournalEntry> ReadNew()
    {
        var entries = new List<JournalEntry>();
        foreach (var path in Directory.EnumerateFiles(folder, Pattern).Order(StringComparer.Ordinal))
        {
            var text = ReadWholeLines(path);
            if (text.Length > 0)
                entries.AddRange(JournalFormat.Read(path, text));
        }
        return entries;
    }

    private string ReadWholeLines(string path)
    {
        var offset = offsets.GetValueOrDefault(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length <= offset)
            return "";
        file.Position = offset;
        var bytes = new byte[file.Length - offset];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var whole = bytes.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
        offsets[path] = offset + whole;
        return Encoding.UTF8.GetString(bytes.AsSpan(0, whole));
    }
}
