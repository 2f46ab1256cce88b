using System.Globalization;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>
/// Compares two servers cell by cell.
///
/// Both clusters of a size run at the same time and are warmed; the cells then go A/B/A/B, so that a machine that gets
/// slower gets slower for both, and one run of each is thrown away first. A comparison on a machine that does something
/// else is worth little, and flatters whoever uses less of it: the cores that others used are in the table, and so is a
/// warning where they were many or where the baseline was far from what it does alone.
/// </summary>
internal sealed class ComparisonRun(ComparisonSettings settings, Action<string> tell)
{
    /// <summary>More foreign load than this makes a cell doubtful.</summary>
    public const double MaxForeignCores = 0.2;

    /// <summary>A baseline below this share of its idle rate makes the comparison doubtful.</summary>
    public const double LeastShareOfIdle = 0.85;

    /// <summary>The cell whose baseline rate is known: see <see cref="ComparisonSettings.IdleRate"/>.</summary>
    public const string IdleCell = "put/1/100x10";

    public async Task<ComparisonReport> RunAsync(CancellationToken stop)
    {
        var results = new List<CellResult>();
        foreach (var group in settings.Cells.GroupBy(cell => cell.Nodes))
            results.AddRange(await RunGroupAsync(group.Key, [.. group], stop));
        return new ComparisonReport(
            settings.Baseline.Name,
            settings.Candidate.Name,
            TimeProvider.System.GetUtcNow(),
            Environment.ProcessorCount,
            settings.Repetitions,
            results,
            [.. Warnings(results, settings.IdleRate)]);
    }

    /// <summary>What makes the numbers doubtful.</summary>
    public static IEnumerable<string> Warnings(IEnumerable<CellResult> results, int idleRate)
    {
        foreach (var result in results)
        {
            IReadOnlyList<CellSample> all = [.. result.Baseline, .. result.Candidate];
            var foreign = CellResult.Median(all, sample => sample.ForeignCores);
            if (foreign > MaxForeignCores)
                yield return Text($"{result.Cell}: {foreign:0.0} cores were busy with something else.");
            var failed = all.Sum(sample => sample.Failed);
            if (failed > 0)
                yield return Text($"{result.Cell}: {failed} operations failed.");
            var rate = CellResult.Median(result.Baseline, sample => sample.PerSecond);
            if (result.Cell == IdleCell && rate < idleRate * LeastShareOfIdle)
            {
                yield return Text(
                    $"{result.Cell}: the baseline did {rate:0}/s; alone here it does {idleRate}/s (--idle-rate).");
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private async Task<IReadOnlyList<CellResult>> RunGroupAsync(
        int nodes, IReadOnlyList<ComparisonCell> cells, CancellationToken stop)
    {
        tell($"starting {nodes} x {settings.Baseline.Name} and {nodes} x {settings.Candidate.Name}");
        await using var baseline = await StartAsync(settings.Baseline, nodes, stop);
        await using var candidate = await StartAsync(settings.Candidate, nodes, stop);
        CellRunner[] runners = [new(baseline), new(candidate)];
        foreach (var runner in runners)
            await runner.PutAsync(settings.WarmUpPuts, stop);
        var results = new List<CellResult>();
        foreach (var cell in cells)
            results.Add(await RunCellAsync(cell, runners, stop));
        return results;
    }

    private Task<ServerCluster> StartAsync(Contender contender, int nodes, CancellationToken stop) =>
        ServerCluster.StartAsync(contender, Path.Combine(settings.Folder, $"{contender.Name}-{nodes}"), nodes, stop);

    private async Task<CellResult> RunCellAsync(
        ComparisonCell cell, IReadOnlyList<CellRunner> runners, CancellationToken stop)
    {
        var total = Math.Max(1, cell.Total / settings.Shorter);
        var samples = runners.Select(_ => new List<CellSample>()).ToArray();
        for (var repetition = 0; repetition <= settings.Repetitions; repetition++)
        {
            for (var i = 0; i < runners.Count; i++)
            {
                stop.ThrowIfCancellationRequested();
                if (cell.Workload is Workload.RangeLinearizable or Workload.RangeSerializable)
                    await runners[i].PutAsync(settings.BurstPuts, stop);
                var sample = await runners[i].RunAsync(cell, repetition == 0 ? Math.Max(1, total / 4) : total, stop);
                if (repetition == 0)
                    continue;
                samples[i].Add(sample);
                var name = runners[i].Cluster.Contender.Name;
                tell(Text($"{cell.Name} {repetition} {name}: {sample.PerSecond:0}/s, p99 {sample.P99Ms:0.0} ms"));
            }
        }

        return new CellResult(cell.Name, samples[0], samples[1]);
    }
}
