using Divvy.Cli.Lab;

namespace Divvy.Cli.Streams.Lab;

/// <summary>What <c>divvy lab kcl</c> measured.</summary>
/// <param name="LeaseStore">Where the leases were kept.</param>
/// <param name="Scenarios">In the order they ran.</param>
/// <param name="Folder">Where the reports are.</param>
internal sealed record KclReport(string LeaseStore, IReadOnlyList<ScenarioReport> Scenarios, string Folder)
{
    public bool Passed => Scenarios.All(scenario => scenario.Passed);
}
