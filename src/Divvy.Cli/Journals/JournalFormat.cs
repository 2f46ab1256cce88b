using System.Text.Json;
using System.Text.Json.Serialization;

namespace Divvy.Cli.Journals;

/// <summary>A journal is a text file of one JSON object a line, snake_case, only ever appended to.</summary>
internal static class JournalFormat
{
    private static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        RespectRequiredConstructorParameters = true,
    };

    public static byte[] Line(JournalEntry entry) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(entry, options), (byte)'\n'];

    /// <summary>Reads a journal. A last line without its newline is the torn write of a killed process and is left
    /// out.
    /// <exception cref="FormatException">Another line is no journal entry; the message names the source and
    /// line.</exception>
    /// </summary>
    public static IReadOnlyList<JournalEntry> Read(string source, string text)
    {
        var entries = new List<JournalEntry>();
        var number = 0;
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            if (end < 0)
                break;
            number++;
            var line = text[start..end].Trim();
            start = end + 1;
            if (line.Length > 0)
                entries.Add(Parse(source, number, line));
        }
        return entries;
    }

    private static JournalEntry Parse(string source, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(line, options)
                ?? throw new FormatException($"{source}:{number}: null is no journal entry");
        }
        catch (JsonException failure)
        {
            throw new FormatException($"{source}:{number}: not a journal entry: {failure.Message}", failure);
        }
    }
}
