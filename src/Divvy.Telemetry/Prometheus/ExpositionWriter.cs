using System.Text;

namespace Divvy.Telemetry.Prometheus;

/// <summary>Writes metrics in Prometheus' text exposition format, family by family: <see cref="Family"/>, then its
/// samples. Labels are given rendered and in the order of their names, for example <c>To="a"</c>
/// (<see cref="Label"/>). Not thread-safe.</summary>
public sealed class ExpositionWriter
{
    /// <summary>The content type of what it writes.</summary>
    public const string ContentType = TextFormat.ContentType;

    private readonly StringBuilder text = new();

    /// <summary>A label with its value escaped.</summary>
    public static string Label(string name, object? value) =>
        $"{TextFormat.Name(name)}=\"{TextFormat.LabelValue(value)}\"";

    /// <summary>Begins a family. Every name may be begun once.</summary>
    public void Family(string name, MetricKind kind, string help)
    {
        if (help.Length > 0)
            text.Append("# HELP ").Append(name).Append(' ').Append(TextFormat.Help(help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(kind.ToString().ToLowerInvariant()).Append('\n');
    }

    /// <summary>A sample of a counter or a gauge.</summary>
    public void Sample(string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(TextFormat.Number(value)).Append('\n');
    }

    /// <summary>A family of one sample without labels.</summary>
    public void Single(string name, MetricKind kind, string help, double value)
    {
        Family(name, kind, help);
        Sample(name, "", value);
    }

    /// <summary>The samples of one histogram.</summary>
    /// <param name="name">Name of the family.</param>
    /// <param name="labels">Labels besides <c>le</c>.</param>
    /// <param name="bounds">Upper bounds of the buckets, ascending, without infinity.</param>
    /// <param name="counts">Observations of each bucket alone, and after them those above the last bound.</param>
    /// <param name="sum">Sum of the observations.</param>
    public void Histogram(
        string name, string labels, ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum)
    {
        var separator = labels.Length > 0 ? "," : "";
        var total = 0L;
        for (var index = 0; index <= bounds.Length; index++)
        {
            total += counts[index];
            var bound = index < bounds.Length ? bounds[index] : double.PositiveInfinity;
            Sample($"{name}_bucket", $"{labels}{separator}le=\"{TextFormat.Bound(bound)}\"", total);
        }
        Sample($"{name}_sum", labels, sum);
        Sample($"{name}_count", labels, total);
    }

    /// <summary>Everything written so far.</summary>
    public override string ToString() => text.ToString();
}
