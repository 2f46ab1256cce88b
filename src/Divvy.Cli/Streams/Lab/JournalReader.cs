using System.Text;
using Divvy.Cli.Streams.Consuming;

namespace Divvy.Cli.Streams.Lab;

/// <summary>Follows the journals of all workers in a folder.</summary>
internal sealed class JournalReader(string folder)
{
    public const string Extension = ".consumed";

    private readonly Dictionary<string, long> read = [];

    /// <summary>What was written since the last call, in the order of the times in it.</summary>
    public IReadOnlyList<ConsumeEntry> ReadNew()
    {
        var entries = new List<ConsumeEntry>();
        foreach (var path in Directory.EnumerateFiles(folder, $"*{Extension}"))
            entries.AddRange(ReadNew(path));
        return [.. entries.OrderBy(entry => entry.AtMs)];
    }

    private IEnumerable<ConsumeEntry> ReadNew(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = read.GetValueOrDefault(path);
        var bytes = new byte[file.Length - file.Position];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        // A line that is not ended yet is left for the next time.
        var whole = bytes.AsSpan(0, count).LastIndexOf((byte)'\n') + 1;
        read[path] = read.GetValueOrDefault(path) + whole;
        return Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(ConsumeEntry.TryParse).OfType<ConsumeEntry>();
    }
}
