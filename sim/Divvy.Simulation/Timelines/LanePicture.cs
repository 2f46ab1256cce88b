using System.Net;
using System.Text;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Timelines;

/// <summary>The whole run at a glance, as SVG: time to the right, a lane for the phases, the faults, each process and
/// each shard (coloured by who serves it), a red line wherever a rule was broken. Every bar says what it is when it is
/// pointed at.</summary>
internal static class LanePicture
{
    private const int Label = 120;
    private const int Width = 1200;
    private const int Lane = 16;
    private const int Ticks = 10;

    public static string Render(RunResult result)
    {
        var spans = Spans.Of(result.Lines, result.Simulated);
        var lanes = Spans.LanesOf(spans);
        var owners = spans.Where(span => span.Kind == "owner").Select(OwnerOf).Distinct()
            .Order(StringComparer.Ordinal).ToList();
        var height = (lanes.Count * Lane) + 24;
        var scale = (Width - Label) / Math.Max(result.Simulated.TotalSeconds, 0.001);
        var svg = new StringBuilder();
        Append(svg, $"<svg viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" role=\"img\">\n");
        for (var tick = 0; tick <= Ticks; tick++)
        {
            var x = Label + ((Width - Label) * tick / (double)Ticks);
            var at = result.Simulated.TotalSeconds * tick / Ticks;
            var anchor = tick == Ticks ? "end" : tick == 0 ? "start" : "middle";
            Append(svg, $"<line class=\"tick\" x1=\"{x:F1}\" x2=\"{x:F1}\" y1=\"0\" y2=\"{height - 20}\"/>");
            Append(svg, $"<text x=\"{x:F1}\" y=\"{height - 6}\" text-anchor=\"{anchor}\">{at:F1} s</text>\n");
        }

        for (var row = 0; row < lanes.Count; row++)
            Append(svg, $"<text x=\"0\" y=\"{(row * Lane) + 12}\">{WebUtility.HtmlEncode(lanes[row])}</text>\n");
        foreach (var span in spans)
            AppendBar(svg, span, lanes, owners, scale);
        foreach (var violation in result.Violations)
        {
            var x = Label + (violation.At.TotalSeconds * scale);
            Append(svg, $"<line class=\"broken\" x1=\"{x:F1}\" x2=\"{x:F1}\" y1=\"0\" y2=\"{height - 20}\">");
            Append(svg, $"<title>{WebUtility.HtmlEncode($"{violation.Checker}: {violation.Message}")}</title></line>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void AppendBar(
        StringBuilder svg, Span span, IReadOnlyList<string> lanes, List<string> owners, double scale)
    {
        var row = lanes.ToList().IndexOf(span.Lane);
        if (row < 0)
            return;
        var x = Label + (span.From.TotalSeconds * scale);
        var width = Math.Max((span.To - span.From).TotalSeconds * scale, 1);
        // An instance has the colour of the shards it serves.
        var owner = owners.IndexOf(span.Kind == "owner" ? OwnerOf(span) : span.Lane);
        var colour = owner < 0 ? "" : $" style=\"fill:hsl({owner * 360 / owners.Count} 60% 55%)\"";
        Append(svg, $"<rect class=\"{span.Kind}\"{colour} x=\"{x:F1}\" y=\"{(row * Lane) + 2}\" width=\"{width:F1}\"");
        Append(svg, $" height=\"{Lane - 4}\"><title>{WebUtility.HtmlEncode(span.Text)}</title></rect>\n");
        if (span.Kind == "phase" && width > 60)
        {
            var name = WebUtility.HtmlEncode(span.Text.Split(' ')[0]);
            Append(svg, $"<text class=\"on\" x=\"{x + 4:F1}\" y=\"{(row * Lane) + 12}\">{name}</text>\n");
        }
    }

    private static string OwnerOf(Span span) => span.Text.Split(',')[0];

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(FormattableString.Invariant(text));
}
