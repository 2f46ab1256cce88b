namespace Divvy.Histories.Linearizability;

/// <summary>Where everything of a picture is, in pixels. The horizontal axis is the order of the instants, not their distance:
/// every instant gets a column, wide enough for the labels of the operations across it.</summary>
internal sealed class PictureLayout
{
    private const double ColumnWidth = 22;
    private const double WidthOfCharacter = 6.9;
    private const double LabelPadding = 22;
    private const double LongestLabel = 300;

    private readonly double[] columns;
    private readonly Dictionary<int, (int From, int To)> spans = [];

    private PictureLayout(Dictionary<int, (int From, int To)> spans, double[] columns)
    {
        this.spans = spans;
        this.columns = columns;
    }

    public double Width => columns[^1];

    /// <summary>Left and right end of an operation's bar.</summary>
    public (double Left, double Right) Bar(int position) => (columns[spans[position].From], columns[spans[position].To]);

    public static PictureLayout Of<TInput, TOutput>(
        IReadOnlyList<Operation<TInput, TOutput>> history, IReadOnlyList<int> shown, Func<int, string> label)
        where TInput : class
        where TOutput : class
    {
        var spans = Spans(history, shown, out var count);
        var widths = new double[count];
        Array.Fill(widths, ColumnWidth);
        foreach (var (position, (from, to)) in spans.OrderBy(span => span.Value.To - span.Value.From).ThenBy(span => span.Key))
        {
            var wanted = Math.Min(LongestLabel, (label(position).Length * WidthOfCharacter) + LabelPadding);
            var missing = wanted - widths.AsSpan(from, to - from).ToArray().Sum();
            for (var column = from; missing > 0 && column < to; column++)
                widths[column] += missing / (to - from);
        }

        var columns = new double[count + 1];
        for (var column = 0; column < count; column++)
            columns[column + 1] = columns[column] + widths[column];
        return new PictureLayout(spans, columns);
    }

    /// <summary>Where each operation of the order takes effect: as early as the one before it and its own call allow.
    /// Those that fall between the same two instants share the space evenly.</summary>
    public IReadOnlyList<(int Position, double X)> Points(IReadOnlyList<int> order)
    {
        var column = 0;
        var columnOf = order.Select(position => column = Math.Max(column, spans[position].From)).ToList();
        var points = new List<(int, double)>();
        for (var at = 0; at < order.Count; at++)
        {
            var first = columnOf.IndexOf(columnOf[at]);
            var sharing = columnOf.LastIndexOf(columnOf[at]) - first + 1;
            var (left, right) = (columns[columnOf[at]], columns[columnOf[at] + 1]);
            points.Add((order[at], left + ((right - left) * (at - first + 1) / (sharing + 1))));
        }

        return points;
    }

    private static Dictionary<int, (int From, int To)> Spans<TInput, TOutput>(
        IReadOnlyList<Operation<TInput, TOutput>> history, IReadOnlyList<int> shown, out int count)
        where TInput : class
        where TOutput : class
    {
        var instants = new SortedSet<(TimeSpan At, bool IsReturn, int Position)>();
        foreach (var position in shown)
        {
            instants.Add((history[position].Invoked, false, position));
            instants.Add((history[position].Returned ?? TimeSpan.MaxValue, true, position));
        }

        var spans = new Dictionary<int, (int From, int To)>();
        var columnOf = instants.Select((instant, column) => (instant, column)).ToDictionary(it => it.instant, it => it.column);
        count = instants.Count;
        foreach (var position in shown)
        {
            var operation = history[position];
            var end = columnOf[(operation.Returned ?? TimeSpan.MaxValue, true, position)];
            if (operation.Returned is null)
            {
                // A bar without an end gives way to the next one in its lane.
                var follower = shown.FirstOrDefault(
                    other => history[other].Client == operation.Client && history[other].Invoked > operation.Invoked, -1);
                end = follower < 0 ? count : columnOf[(history[follower].Invoked, false, follower)];
            }

            spans[position] = (columnOf[(operation.Invoked, false, position)], end);
        }

        return spans;
    }
}
