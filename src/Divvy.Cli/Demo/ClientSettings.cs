using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Demo;

/// <summary>What <c>divvy client</c> was asked for.</summary>
internal sealed record ClientSettings
{
    public required IReadOnlyList<Uri> Servers { get; init; }

    public required string Namespace { get; init; }

    public required string Id { get; init; }

    public required int Clients { get; init; }

    public double Capacity { get; init; } = 1;

    public string Zone { get; init; } = "";

    public required TimeSpan Duration { get; init; }

    /// <summary>Whether one instance is killed halfway.</summary>
    public bool Failover { get; init; }

    /// <summary>The first instance's port; null: they serve no requests.</summary>
    public int? FirstPort { get; init; }

    public string? Journal { get; init; }

    public TimeSpan PrepareDelay { get; init; }

    public TimeSpan YieldDelay { get; init; }

    public required TimeSpan RegisterTimeout { get; init; }

    public required TimeSpan DrainTimeout { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public bool IsSupervised { get; init; }

    /// <summary>The instances' names: the id alone, or with a number each.</summary>
    public IReadOnlyList<string> InstanceIds =>
        Clients == 1 ? [Id] : [.. Enumerable.Range(1, Clients).Select(number => $"{Id}-{number}")];
}
