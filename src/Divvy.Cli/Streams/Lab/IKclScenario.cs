using Divvy.Cli.Lab;

namespace Divvy.Cli.Streams.Lab;

/// <summary>One part of <c>divvy lab kcl</c>. Parts of a stage run one after the other on the same workers.</summary>
internal interface IKclScenario
{
    /// <summary>As <c>--only</c> takes it.</summary>
    string Name { get; }

    /// <summary>What it does, in a sentence.</summary>
    string Title { get; }

    Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken);
}
