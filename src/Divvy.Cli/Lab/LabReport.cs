namespace Divvy.Cli.Lab;

/// <summary>What the lab measured.</summary>
/// <param name="Store">On which store.</param>
/// <param name="Seed">Of the random rounds: the same seed chooses the same rounds.</param>
/// <param name="Scenarios">In the order they ran.</param>
/// <param name="Folder">Where logs and journals were kept; null: they were removed.</param>
internal sealed record LabReport(
    string Store, int Seed, IReadOnlyList<ScenarioReport> Scenarios, string? Folder)
{
    public bool Passed => Scenarios.All(scenario => scenario.Passed);
}
