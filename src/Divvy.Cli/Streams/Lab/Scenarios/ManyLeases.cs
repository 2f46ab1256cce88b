using Divvy.Cli.Lab;

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
            await stage.StartWorkerAsync(number, cancellationToken);
        await stage.WaitForBalanceAsync(shards, cancellationToken);
        for (var number = Before + 1; number < After; number++)
            await stage.StartWorkerAsync(number, cancellationToken);
        await stage.StartWorkerAsync(After, cancellationToken);
        var began = stage.Mark("fifteen workers take part");
        var look = await stage.WaitForBalanceAsync(shards, cancellationToken);
        report.Add(Bar.AtMost(
            "balanced after", (look.AtMs - began) / 1000, stage.Settings.ManyLimit.TotalSeconds, "s"));
        report.Fact($"leases: {look.Counts}");
    }
}
