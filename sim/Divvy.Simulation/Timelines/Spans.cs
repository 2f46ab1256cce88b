using System.Globalization;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Timelines;

/// <summary>Reads from the lines of a run what lasted: phases, faults, processes that were up, and who served each
/// shard.</summary>
internal sealed class Spans
{
    /// <summary>Shards beyond these are left out of the picture; the lines have them.</summary>
    private const int MostShards = 24;

    private readonly SortedDictionary<(string Kind, string Lane, string Who), (TimeSpan From, string Text)> open = [];
    private readonly List<Span> done = [];

    public static IReadOnlyList<Span> Of(IReadOnlyList<TraceLine> lines, TimeSpan end)
    {
        var spans = new Spans();
        foreach (var line in lines)
            spans.Read(line);
        foreach (var (kind, lane, who) in spans.open.Keys.ToArray())
            spans.End(kind, lane, who, end);
        return [.. spans.done.OrderBy(span => span.From)];
    }

    /// <summary>Lanes from top to bottom: phases, faults, processes, shards; each group in order of name.</summary>
    public static IReadOnlyList<string> LanesOf(IReadOnlyList<Span> spans)
    {
        string[] kinds = ["phase", "fault", "up"];
        var shards = spans.Where(span => span.Kind == "owner").Select(span => span.Lane).Distinct()
            .OrderBy(lane => lane.Length).ThenBy(lane => lane, StringComparer.Ordinal).Take(MostShards);
        return
        [
            .. kinds.SelectMany(kind => spans.Where(span => span.Kind == kind).Select(span => span.Lane).Distinct()
                .OrderBy(lane => lane, StringComparer.Ordinal)),
            .. shards,
        ];
    }

    private void Read(TraceLine line)
    {
        switch (line.Kind)
        {
            case TraceKind.Phase:
                End("phase", "phase", "", line.At);
                Begin("phase", "phase", "", line.At, line.Text.Split(':')[0]);
                break;
            case TraceKind.Fault when line.Text.EndsWith(" ends", StringComparison.Ordinal):
                End("fault", "faults", line.Actor, line.At);
                break;
            case TraceKind.Fault:
                Begin("fault", "faults", line.Actor, line.At, $"{line.Actor}: {line.Text}");
                break;
            case TraceKind.Process when line.Text.StartsWith("starts", StringComparison.Ordinal):
                Begin("up", line.Actor, "", line.At, line.Text);
                break;
            case TraceKind.Process:
                End("up", line.Actor, "", line.At);
                break;
            case TraceKind.Ownership:
                ReadOwnership(line);
                break;
        }
    }

    /// <summary>"serves S at generation G" begins, any other word about the shard ends.</summary>
    private void ReadOwnership(TraceLine line)
    {
        if (line.Text.Split(' ') is not [var what, var shard, "at", "generation", var generation, ..])
            return;
        if (what == "serves")
            Begin("owner", $"shard {shard}", line.Actor, line.At, $"{line.Actor}, generation {generation}");
        else
            End("owner", $"shard {shard}", line.Actor, line.At);
    }

    private void Begin(string kind, string lane, string who, TimeSpan at, string text) =>
        open.TryAdd((kind, lane, who), (at, text));

    private void End(string kind, string lane, string who, TimeSpan at)
    {
        if (open.Remove((kind, lane, who), out var begun))
        {
            var lasted = string.Create(CultureInfo.InvariantCulture, $"{begun.From.TotalSeconds:F3} to {at.TotalSeconds:F3} s");
            done.Add(new Span(lane, kind, begun.From, at, $"{begun.Text} ({lasted})"));
        }
    }
}
