namespace Divvy.Cli.Lab;

/// <summary>One disturbance of a settled stage, and what must come of it. Leaves the stage settled, with as many
/// instances and servers as it found.</summary>
internal interface IScenario
{
    /// <summary>As <c>--only</c> takes it.</summary>
    string Name { get; }

    /// <summary>What it shows, for people.</summary>
    string Title { get; }

    Task RunAsync(ScenarioContext context, CancellationToken cancellationToken);
}
