using System.Globalization;
using System.Net;
using System.Text;

namespace Divvy.Histories.Linearizability;

/// <summary>A history as one HTML file without anything beside it: a lane per client, a bar per operation from its call to its
/// return, the order that was found as a numbered path through the bars, and in red what cannot come next.</summary>
public sealed class HistoryPicture<TState, TInput, TOutput>
    where TState : notnull
    where TInput : class
    where TOutput : class
{
    private const double LaneHeight = 66;
    private const double BarHeight = 30;
    private const double BarTop = 12;
    private const double NameWidth = 84;
    private const double Margin = 40;

    private readonly IModel<TState, TInput, TOutput> model;
    private readonly IReadOnlyList<Operation<TInput, TOutput>> history;
    private readonly PartitionResult part;
    private readonly PictureSelection selection;
    private readonly PictureLayout layout;
    private readonly List<int> lanes;
    private readonly Dictionary<int, TState> stateAfter = [];
    private readonly TState lastState;

    private HistoryPicture(
        IModel<TState, TInput, TOutput> model, IReadOnlyList<Operation<TInput, TOutput>> history, PartitionResult part)
    {
        this.model = model;
        this.history = history;
        this.part = part;
        selection = PictureSelection.Of(history, part);
        layout = PictureLayout.Of(history, selection.Shown, Label);
        lanes = [.. selection.Shown.Select(position => history[position].Client).Distinct().Order()];
        lastState = model.Initial;
        foreach (var position in part.Linearization)
            stateAfter[position] = lastState = Step(lastState, history[position]);
    }

    /// <summary>Draws one part of a history.</summary>
    /// <param name="title">The headline: which run it was.</param>
    /// <param name="model">What the history was checked against.</param>
    /// <param name="history">The whole history.</param>
    /// <param name="part">The part to draw; usually <see cref="CheckResult.Failed"/>.</param>
    /// <returns>The HTML.</returns>
    public static string Draw(
        string title,
        IModel<TState, TInput, TOutput> model,
        IReadOnlyList<Operation<TInput, TOutput>> history,
        PartitionResult part) => new HistoryPicture<TState, TInput, TOutput>(model, history, part).Page(title);

    private string Page(string title)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>{Html(title)}</title>
            <style>{Resource("Picture.css")}</style></head><body>
            <header><h1>{Html(title)}</h1><p class="verdict {part.Outcome}">{Html(Verdict())}</p></header>
            <main>{Names()}<div class="lanes">{Drawing()}</div></main>
            <section class="panel"><div id="detail">{Failure()}</div></section>
            <footer>{Legend()}</footer>
            <script>{Resource("Picture.js")}</script></body></html>

            """);
        return page.ToString();
    }

    private string Verdict() => part.Outcome switch
    {
        CheckOutcome.Linearizable => $"An order explains all {part.Operations.Count} operations.",
        CheckOutcome.Illegal => $"No order explains these {part.Operations.Count} operations."
            + $" The longest one found explains {part.Linearization.Count}; nothing can come next.",
        _ => $"The budget was spent before an order of these {part.Operations.Count} operations was found or ruled out."
            + $" The longest one explains {part.Linearization.Count}.",
    };

    /// <summary>The lanes' names stay where they are while the lanes scroll.</summary>
    private string Names()
    {
        var names = new StringBuilder();
        names.Append(CultureInfo.InvariantCulture, $"""<svg class="names" width="{NameWidth}" height="{lanes.Count * LaneHeight}">""");
        for (var lane = 0; lane < lanes.Count; lane++)
        {
            names.Append(CultureInfo.InvariantCulture, $"""
                <text class="client" x="10" y="{(lane * LaneHeight) + 32:0}">client {lanes[lane]}</text>

                """);
        }

        return names.Append("</svg>").ToString();
    }

    private string Drawing()
    {
        var height = (lanes.Count * LaneHeight) + 10;
        var drawing = new StringBuilder();
        drawing.Append(CultureInfo.InvariantCulture, $"""
            <svg width="{layout.Width + Margin:0}" height="{height:0}" xmlns="http://www.w3.org/2000/svg">
            <defs><linearGradient id="open" x1="0" x2="1"><stop offset="0" stop-color="#fff"/><stop offset=".55" stop-color="#fff"/>
            <stop offset="1" stop-color="#333"/></linearGradient>
            <mask id="fade" maskContentUnits="objectBoundingBox"><rect width="1" height="1" fill="url(#open)"/></mask></defs>

            """);
        for (var lane = 0; lane < lanes.Count; lane++)
        {
            drawing.Append(CultureInfo.InvariantCulture, $"""
                <rect class="lane" x="0" y="{lane * LaneHeight:0}" width="100%" height="{LaneHeight - 4:0}" rx="6"/>

                """);
        }

        foreach (var position in selection.Shown)
            drawing.Append(Bar(position));
        return drawing.Append(Path()).Append("</svg>").ToString();
    }

    private string Bar(int position)
    {
        var operation = history[position];
        var (left, right) = layout.Bar(position);
        var top = (lanes.IndexOf(operation.Client) * LaneHeight) + BarTop;
        var width = Math.Max(6, right - left - 3);
        var characters = (int)((width - 14) / 7.1);
        var label = Label(position);
        if (label.Length > characters)
            label = characters < 2 ? "" : string.Concat(label.AsSpan(0, characters - 1), "…");
        return string.Create(CultureInfo.InvariantCulture, $"""
            <g class="{KindOf(position)}" data-detail="{Html(Detail(position))}"><title>{Html(Label(position))}</title>
            <rect class="bar" x="{left + 2:0.0}" y="{top:0}" width="{width:0.0}" height="{BarHeight}" rx="5"{Fade(operation)}/>
            <text class="label" x="{left + 9:0.0}" y="{top + 19:0}">{Html(label)}</text></g>

            """);
    }

    private string Path()
    {
        var points = layout.Points(selection.Placed)
            .Select(point => (X: point.X + 2, Y: PointHeight(point.Position)))
            .ToList();
        var path = new StringBuilder();
        for (var at = 0; at < points.Count; at++)
        {
            var (x, y) = points[at];
            if (at == 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"M{x:0.0} {y:0}");
                continue;
            }

            var middle = (points[at - 1].X + x) / 2;
            path.Append(CultureInfo.InvariantCulture, $" C{middle:0.0} {points[at - 1].Y:0} {middle:0.0} {y:0} {x:0.0} {y:0}");
        }

        var drawing = new StringBuilder($"""<path class="order" d="{path}"/>""");
        for (var at = 0; at < points.Count; at++)
        {
            drawing.Append(CultureInfo.InvariantCulture, $"""
                <g class="point"><circle cx="{points[at].X:0.0}" cy="{points[at].Y:0}" r="11"/>
                <text x="{points[at].X:0.0}" y="{points[at].Y + 3.5:0.0}">{selection.LeftOut + at + 1}</text></g>

                """);
        }

        return drawing.ToString();
    }

    private double PointHeight(int position) =>
        (lanes.IndexOf(history[position].Client) * LaneHeight) + BarTop + BarHeight + 7;

    private string Failure()
    {
        var text = new StringBuilder("<h2>Where the order ends</h2>");
        text.Append(CultureInfo.InvariantCulture, $"<pre>{Html(model.Describe(lastState))}</pre>");
        if (part.Blocked.Count == 0)
            return text.ToString();
        text.Append("<h2>What has to come next, and cannot</h2><table>");
        foreach (var position in part.Blocked)
        {
            var operation = history[position];
            text.Append(CultureInfo.InvariantCulture, $"""
                <tr class="{KindOf(position)}"><td>client {operation.Client}</td><td>{Html(Label(position))}</td>
                <td>{Html(Period(operation))}</td><td>{Html(Reason(operation))}</td></tr>

                """);
        }

        return text.Append("</table>").ToString();
    }

    private string Reason(Operation<TInput, TOutput> operation)
    {
        var reason = model.Explain(lastState, operation.Input, operation.Output!);
        return reason.Length > 0 || model.TryStep(lastState, operation.Input, operation.Output!, out _) is false ? reason
            : "it could, but then the order would go no further";
    }

    private string Legend() =>
        """<span class="placed">in the order</span><span class="blocked">cannot come next</span>"""
        + """<span class="waiting">not reached</span><span class="unknown">answer never came</span>"""
        + (selection.LeftOut > 0 ? $"<em>{selection.LeftOut} operations of the order lie before this picture.</em>" : "")
        + "<em>Instants are drawn in their order, not to scale. Point at a bar to see the state around it.</em>";

    private string Detail(int position)
    {
        var operation = history[position];
        var text = $"client {operation.Client}: {Label(position)}\n{Period(operation)}";
        if (stateAfter.TryGetValue(position, out var after))
            return $"{text}\n\nafter it:\n{model.Describe(after)}";
        return operation.Output is null ? text
            : $"{text}\n\nat the end of the order: {model.Explain(lastState, operation.Input, operation.Output)}";
    }

    private string KindOf(int position)
    {
        var kind = stateAfter.ContainsKey(position) ? "placed"
            : part.Blocked.Count > 0 && part.Blocked[0] == position ? "blocked first"
            : part.Blocked.Contains(position) ? "blocked" : "waiting";
        return history[position].Returned is null ? kind + " unknown" : kind;
    }

    private string Label(int position) => model.Describe(history[position].Input, history[position].Output);

    private TState Step(TState state, Operation<TInput, TOutput> operation)
    {
        if (operation.Output is not { } output)
            return model.Apply(state, operation.Input);
        return model.TryStep(state, operation.Input, output, out var next) ? next : state;
    }

    private static string Period(Operation<TInput, TOutput> operation) => string.Create(
        CultureInfo.InvariantCulture,
        $"{operation.Invoked.TotalMilliseconds:0.0000} ms to {operation.Returned?.TotalMilliseconds ?? double.PositiveInfinity:0.0000} ms");

    private static string Fade(Operation<TInput, TOutput> operation) =>
        operation.Returned is null ? " mask=\"url(#fade)\"" : "";

    private static string Html(string text) => WebUtility.HtmlEncode(text);

    private static string Resource(string name)
    {
        var type = typeof(HistoryPicture<,,>);
        using var stream = type.Assembly.GetManifestResourceStream($"{type.Namespace}.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded in {type.Assembly.GetName().Name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
