using System.Globalization;

namespace Divvy.Cli.Lab;

/// <summary>Draws a timeline as text: one line a mark, its place on a bar that spans the scenario.</summary>
internal static class TimelineText
{
    private const int Width = 40;

    public static IEnumerable<string> Draw(IReadOnlyList<TimelineMark> marks)
    {
        var ordered = marks.OrderBy(mark => mark.AtMs).ToList();
        if (ordered.Count == 0)
            yield break;
        var first = ordered[0].AtMs;
        var span = Math.Max(1e-9, ordered[^1].AtMs - first);
        foreach (var mark in ordered)
        {
            var place = (int)Math.Round((mark.AtMs - first) / span * (Width - 1));
            var bar = string.Concat(new string('-', place), "*", new string(' ', Width - 1 - place));
            yield return string.Create(CultureInfo.InvariantCulture, $"|{bar}| {mark.AtMs,9:0.0} ms  {mark.What}");
        }
    }
}
