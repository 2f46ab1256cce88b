using Divvy.Cli.Lab;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>Nothing happens: what do the leases cost? A renewal is a write that says only that the owner lives; the
/// KCL makes one for each lease and 3.3 s.</summary>
internal sealed class SteadyLeases(string name, string title, Func<KclSettings, int> unfinished) : IKclScenario
{
    private static readonly TimeSpan during = TimeSpan.FromSeconds(20);

    public string Name => name;

    public string Title => title;

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        await stage.WaitUntilSettledAsync(unfinished(stage.Settings), cancellationToken);
        stage.Mark("nothing happens");
        var cost = await stage.MeasureCostAsync(during, cancellationToken);
        report.Add(Bar.IsTrue(
            $"no lease moved meanwhile ({cost.Leases} stayed)", cost.Leases == unfinished(stage.Settings)));
        report.Add(Bar.AtMost("renewals for each lease and day", cost.RenewalsPerLeaseDay, LeaseCost.RenewalsOfKcl));
        report.Fact($"{cost}");
    }
}
