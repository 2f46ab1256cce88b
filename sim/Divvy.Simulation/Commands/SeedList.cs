using System.Globalization;

namespace Divvy.Simulation.Commands;

/// <summary>Seeds as people write them.</summary>
internal static class SeedList
{
    private const ulong MaxSeeds = 10_000_000;

    /// <summary>Reads <c>1..300</c>, a single seed, or a file that begins each line with a seed (what follows a space
    /// is a remark, as is a line that begins with #).</summary>
    public static IReadOnlyList<ulong>? Parse(string text, out string error)
    {
        error = "";
        if (File.Exists(text))
            return ParseFile(text, out error);
        var parts = text.Split("..");
        if (parts.Length <= 2
            && TryParse(parts[0], out var first)
            && TryParse(parts[^1], out var last)
            && first <= last
            && last - first < MaxSeeds)
        {
            return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(offset => first + (ulong)offset)];
        }

        error = $"{text}: must be seeds as FIRST..LAST (1..300), at most {MaxSeeds} of them, or a file that exists";
        return null;
    }

    private static List<ulong>? ParseFile(string path, out string error)
    {
        error = "";
        var seeds = new List<ulong>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Trim() is not { Length: > 0 } text || text[0] == '#')
                continue;
            if (!TryParse(text.Split(' ', 2)[0], out var seed))
            {
                error = $"{path}, line {number}: does not begin with a seed: {line}";
                return null;
            }

            seeds.Add(seed);
        }

        return seeds;
    }

    private static bool TryParse(string text, out ulong seed) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed);
}
