using System.Globalization;

namespace Divvy.Cli.Streams.Consuming;

/// <summary>One line of a consumer's journal: time, worker, event, shard and, of a record, which event of the producer
/// it was; separated by single spaces.</summary>
/// <param name="AtMs">Milliseconds since 1970: workers of one machine share the clock.</param>
/// <param name="Worker">Who wrote it.</param>
/// <param name="Event">What happened.</param>
/// <param name="Shard">The shard's id.</param>
/// <param name="Run">Of the producer; empty but for records.</param>
/// <param name="Key">The partition key; empty but for records.</param>
/// <param name="Number">Which event of the key.</param>
internal sealed record ConsumeEntry(
    double AtMs, string Worker, ConsumeEvent Event, string Shard, string Run = "", string Key = "", long Number = 0)
{
    private const int Fields = 7;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{AtMs:F3} {Worker} {Event} {Shard} {Text(Run)} {Text(Key)} {Number}");

    /// <summary>Null when the line is none, such as one whose writer was killed in the middle.</summary>
    public static ConsumeEntry? TryParse(string line)
    {
        var parts = line.Split(' ');
        return parts.Length == Fields
            && double.TryParse(parts[0], CultureInfo.InvariantCulture, out var at)
            && Enum.TryParse<ConsumeEvent>(parts[2], out var happened)
            && long.TryParse(parts[6], CultureInfo.InvariantCulture, out var number)
                ? new(at, parts[1], happened, parts[3], parts[4], parts[5], number)
                : null;
    }

    private static string Text(string text) => text.Length == 0 ? "-" : text;
}
