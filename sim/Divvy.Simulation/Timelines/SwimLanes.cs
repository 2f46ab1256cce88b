using System.Globalization;
using System.Net;
using System.Text;
using Divvy.Simulation.Commands;
using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Timelines;

/// <summary>A run as one page of HTML: first the whole of it as a picture (<see cref="LanePicture"/>), then every line,
/// a column for each actor, time downwards, what was broken in red. It needs nothing but itself.</summary>
internal static class SwimLanes
{
    /// <summary>Lines before and after a violation that a long run keeps, so that a browser can show it.</summary>
    private const int MaxLines = 20_000;

    public static string Render(RunResult result)
    {
        var lines = Shortened(result);
        var lanes = lines.Where(line => line.Kind is not (TraceKind.Phase or TraceKind.Violation or TraceKind.Fault))
            .Select(line => line.Actor).Distinct().Order(StringComparer.Ordinal).ToList();
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>Seed {{result.Options.Seed}}</title>
            <style>
            :root { color-scheme: light dark; --line: #8884; --soft: #8882; }
            body { font: 13px/1.45 system-ui, sans-serif; margin: 16px; }
            pre { font: 12px/1.5 ui-monospace, monospace; background: var(--soft); padding: 8px 12px; white-space: pre-wrap; }
            label { margin-right: 12px; }
            table { border-collapse: collapse; }
            th { position: sticky; top: 0; background: Canvas; text-align: left; padding: 4px 8px; z-index: 1; }
            td[colspan] { max-width: none; } td { border-left: 1px solid var(--line); padding: 1px 8px; vertical-align: top; min-width: 60px; max-width: 360px;
                 overflow-wrap: anywhere; }
            td:first-child, th:first-child { border-left: 0; font-family: ui-monospace, monospace; color: GrayText; white-space: nowrap; }
            tr:hover td { background: var(--soft); }
            .Fault td span { background: #f7b50055; } .Process td span { background: #f7b50033; font-weight: 600; }
            .Decision td span { background: #3b82f633; } .Ownership td span { background: #10b98133; }
            .Client td span { background: #a855f722; } .Network td span, .Disk td span { color: GrayText; }
            .Phase td span { font-weight: 700; } .Violation td span { background: #dc2626; color: #fff; font-weight: 600; }
            span { border-radius: 3px; padding: 0 4px; }
            svg { display: block; margin: 12px 0; } svg text { font: 11px system-ui, sans-serif; fill: CanvasText; }
            svg .tick { stroke: var(--line); } svg .broken { stroke: #dc2626; stroke-width: 2; }
            svg .up { fill: #94a3b8; } svg .fault { fill: #f59e0b; fill-opacity: .7; } svg .phase { fill: #3b82f6; fill-opacity: .35; stroke: Canvas; }
            </style>
            <h1>Seed {{result.Options.Seed}}</h1>
            <pre>{{Escape(ResultText.Of(result))}}</pre>

            """);
        foreach (var violation in result.Violations)
            page.Append(CultureInfo.InvariantCulture, $"<pre><b>{Escape(violation.Checker)}</b> at {violation.At.TotalSeconds:F6} s\n{Escape(violation.Message)}</pre>\n");
        page.Append(LanePicture.Render(result));
        page.Append("<p>Show: ");
        foreach (var kind in Enum.GetNames<TraceKind>())
            page.Append(CultureInfo.InvariantCulture, $"<label><input type=\"checkbox\" checked data-kind=\"{kind}\"> {kind}</label>");
        page.Append("</p>\n<table><thead><tr><th>s</th>");
        foreach (var lane in lanes)
            page.Append(CultureInfo.InvariantCulture, $"<th>{Escape(lane)}</th>");
        page.Append("</tr></thead><tbody>\n");
        foreach (var line in lines)
            AppendRow(page, line, lanes);
        page.Append("""
            </tbody></table>
            <script>
            for (const box of document.querySelectorAll('input[data-kind]'))
              box.onchange = () => {
                for (const row of document.querySelectorAll('tr.' + box.dataset.kind)) row.hidden = !box.checked;
              };
            </script>
            </html>

            """);
        return page.ToString();
    }

    /// <summary>What led to the first violation, or else the end of the run, if it is too long.</summary>
    private static IReadOnlyList<TraceLine> Shortened(RunResult result)
    {
        if (result.Lines.Count <= MaxLines)
            return result.Lines;
        var centre = result.Lines.Count - 1;
        for (var index = 0; index < result.Lines.Count; index++)
        {
            if (result.Lines[index].Kind == TraceKind.Violation)
            {
                centre = index;
                break;
            }
        }

        var first = Math.Clamp(centre - (MaxLines * 9 / 10), 0, result.Lines.Count - MaxLines);
        return [.. result.Lines.Skip(first).Take(MaxLines)];
    }

    private static void AppendRow(StringBuilder page, TraceLine line, List<string> lanes)
    {
        var lane = lanes.IndexOf(line.Actor);
        page.Append(CultureInfo.InvariantCulture, $"<tr class=\"{line.Kind}\"><td>{line.At.TotalSeconds:F6}</td>");
        if (line.Kind is TraceKind.Phase or TraceKind.Violation or TraceKind.Fault)
        {
            // What concerns the whole run has the whole width.
            page.Append(CultureInfo.InvariantCulture, $"<td colspan=\"{lanes.Count}\">");
            page.Append(CultureInfo.InvariantCulture, $"<span>{Escape($"{line.Actor}: {line.Text}")}</span></td></tr>\n");
            return;
        }

        if (lane > 0)
            page.Append(CultureInfo.InvariantCulture, $"<td colspan=\"{lane}\"></td>");
        page.Append(CultureInfo.InvariantCulture, $"<td colspan=\"{Math.Min(2, lanes.Count - lane)}\">");
        page.Append(CultureInfo.InvariantCulture, $"<span>{Escape(line.Text)}</span></td></tr>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
