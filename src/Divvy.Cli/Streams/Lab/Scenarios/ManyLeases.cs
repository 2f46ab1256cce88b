using Divvy.Cli.Lab;
using Divvy.Cli.Measurement;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>500 leases on ten workers, then on fifteen.</summary>
internal sealed class ManyLeases : IKclScenario
{
    private const int Before = 10;
    private const int After = 15;

    public string Name => "many";

    public string Title => "500 leases, ten workers become fifteen";

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var shards = stage.Settings.ManyShards;
        for (var number = 1; number <= Before; number++)
            await stage.StartWorkerAsync(number, [], cancellationToken);
        await stage.WaitUntilSettledAsync(shards, cancellationToken);
        var looks = stage.Looks.Count;
        var began = stage.Mark("workers 11 to 15 start");
        await stage.StartWorkersAsync(Before + 1, After, cancellationToken);
        var took = stage.Mark("they take part");
        var look = await stage.WaitForBalanceAsync(shards, cancellationToken);
        var limit = stage.Settings.ManyLimit.TotalSeconds;
        report.Add(Bar.AtMost("balanced after all fifteen take part", (look.AtMs - took) / 1000, limit, "s"));
        report.Fact($"balanced {(look.AtMs - began) / 1000:0.0} s after their processes were started: {look.Counts}");
        await stage.WaitUntilSettledAsync(shards, cancellationToken);
        report.Add(Bar.None("leases seen without owner", stage.Watch(looks).Abandoned));
        var gaps = stage.History.HandoffGaps(began).ToList();
        report.Fact($"handovers to processes that have just started: {gaps.Count}, {Quantile.Describe(gaps)}");
        report.Fact($"a quiet shard is read at least every {stage.Settings.ManyMaxIdle.TotalSeconds:0} s here");
    }
}
