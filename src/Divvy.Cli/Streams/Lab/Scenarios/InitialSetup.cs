using Divvy.Cli.Lab;
using Divvy.Cli.Streams.Leases;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>Phase 1 of the guide: 20 shards, three workers, 7/7/6.</summary>
internal sealed class InitialSetup : IKclScenario
{
    public const int Workers = 3;

    /// <summary>What the guide waits for the first distribution.</summary>
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    public string Name => "phase-1";

    public string Title => "three workers share 20 shards";

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var began = stage.Mark("three workers start");
        for (var number = 1; number <= Workers; number++)
            await stage.StartWorkerAsync(number, [], cancellationToken);
        var look = await stage.WaitForBalanceAsync(stage.Settings.Shards, cancellationToken);
        report.Add(Bar.IsTrue($"7/7/6 (it is {look.Counts})", look.Counts == "7/7/6"));
        report.Add(Bar.AtMost("balanced after", (look.AtMs - began) / 1000, limit.TotalSeconds, "s"));
        foreach (var line in LeaseText.Monitor(look.Leases))
            report.Fact(line);
    }
}
