namespace Divvy.Telemetry.Prometheus;

/// <summary>The tags of one series, rendered once as Prometheus labels: <c>namespace="a",phase="stable"</c>.</summary>
internal readonly record struct SeriesKey(string Labels)
{
    public static SeriesKey From(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return new SeriesKey("");
        var ordered = tags.ToArray();
        Array.Sort(ordered, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return new SeriesKey(string.Join(
            ',', ordered.Select(tag => ExpositionWriter.Label(tag.Key, tag.Value))));
    }
}
