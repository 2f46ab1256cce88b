namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>One line of the comparison.</summary>
internal sealed record ComparisonCell(Workload Workload, int Nodes, int Clients, int Connections, int Total)
{
    private static readonly Dictionary<Workload, string> words = new()
    {
        [Workload.Put] = "put",
        [Workload.RangeLinearizable] = "range-l",
        [Workload.RangeSerializable] = "range-s",
        [Workload.WatchFanOut] = "watch",
    };

    /// <summary>Every cell there is. Totals let a cell run for five seconds or so.</summary>
    public static IReadOnlyList<ComparisonCell> All { get; } =
    [
        .. Points(Workload.Put, 1, withOne: true),
        .. Points(Workload.RangeLinearizable, 1, withOne: false),
        .. Points(Workload.RangeSerializable, 1, withOne: false),
        new(Workload.WatchFanOut, 1, 10, 10, 3_000),
        .. Points(Workload.Put, 3, withOne: true),
        .. Points(Workload.RangeLinearizable, 3, withOne: false),
        .. Points(Workload.RangeSerializable, 3, withOne: false),
    ];

    /// <summary><c>put/1/100x10</c>: workload, nodes, clients and connections.</summary>
    public string Name => $"{words[Workload]}/{Nodes}/{Clients}x{Connections}";

    /// <summary>The cells whose names begin with one of these words.</summary>
    public static IReadOnlyList<ComparisonCell> Matching(IReadOnlyCollection<string> beginnings) =>
    [
        .. All.Where(cell => beginnings.Any(beginning => cell.Name.StartsWith(beginning, StringComparison.Ordinal))),
    ];

    private static IEnumerable<ComparisonCell> Points(Workload workload, int nodes, bool withOne)
    {
        if (withOne)
            yield return new ComparisonCell(workload, nodes, 1, 1, 10_000);
        yield return new ComparisonCell(workload, nodes, 100, 10, 100_000);
        yield return new ComparisonCell(workload, nodes, 1000, 100, 100_000);
    }
}
