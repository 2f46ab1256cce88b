using System.Globalization;
using System.Text.RegularExpressions;

namespace Divvy.Store.Tests.Metrics;

/// <summary>A scrape, parsed: the families with their types, labels and buckets, and the samples.</summary>
public sealed partial class Exposition
{
    private readonly Dictionary<string, Family> families = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> samples = new(StringComparer.Ordinal);

    public IDictionary<string, Family> Families => families;

    /// <summary>The value of a sample by its name and labels as they are written.</summary>
    public double this[string sample] => samples.TryGetValue(sample, out var value)
        ? value
        : throw new KeyNotFoundException($"the scrape has no {sample}");

    /// <summary>The sum of all samples of a name, whatever their labels.</summary>
    public double Sum(string name) => samples
        .Where(one => one.Key == name || one.Key.StartsWith($"{name}{{", StringComparison.Ordinal))
        .Sum(one => one.Value);

    /// <summary>Whether there is a sample of a name, whatever its labels.</summary>
    public bool HasName(string name) =>
        samples.Keys.Any(one => one == name || one.StartsWith($"{name}{{", StringComparison.Ordinal));

    public bool Has(string sample) => samples.ContainsKey(sample);

    /// <summary>Scrapes a member.</summary>
    public static async Task<Exposition> ReadAsync(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        return Parse(await client.GetStringAsync("/metrics"));
    }

    public static Exposition Parse(string text)
    {
        var parsed = new Exposition();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            parsed.Add(line);
        return parsed;
    }

    private void Add(string line)
    {
        if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            var words = line.Split(' ');
            families.Add(words[2], new Family(words[3], []));
            return;
        }
        if (line.StartsWith('#'))
            return;
        var end = line.LastIndexOf(' ');
        samples.Add(line[..end], double.Parse(line[(end + 1)..], CultureInfo.InvariantCulture));
        var name = line[..line.AsSpan().IndexOfAny('{', ' ')];
        var family = families.TryGetValue(name, out var own) ? own : families[Suffix().Replace(name, "")];
        foreach (Match label in Label().Matches(line[name.Length..end]))
        {
            // Buckets are part of what a histogram is; the values of other labels are not.
            var shape = label.Groups[1].Value == "le" ? label.Value : label.Groups[1].Value;
            family.Labels.Add(shape);
        }
    }

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("(\\w+)=\"([^\"]*)\"")]
    private static partial Regex Label();

    /// <summary>The type of a family and the names of its labels, with the bounds of its buckets.</summary>
    public sealed record Family(string Type, SortedSet<string> Labels)
    {
        public override string ToString() => $"{Type} {{{string.Join(',', Labels)}}}";
    }
}
