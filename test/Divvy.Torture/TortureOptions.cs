using Divvy.Torture.Targets;

namespace Divvy.Torture;

/// <summary>What a run does.</summary>
public sealed record TortureOptions
{
    public required ITarget Target { get; init; }

    /// <summary>Members of the cluster. Default 1.</summary>
    public int Members { get; init; } = 1;

    /// <summary>It ends after so many rounds, or after <see cref="Duration"/>.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>No round begins after it. Default: no end but the rounds'.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.MaxValue;

    /// <summary>What is done when, and to whom, is drawn from it; what the machine makes of it is not repeatable.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Clients that write at once. Default 8.</summary>
    public int Writers { get; init; } = 8;

    /// <summary>Where the members' data goes; kept when a round fails.</summary>
    public required string Directory { get; init; }
}
