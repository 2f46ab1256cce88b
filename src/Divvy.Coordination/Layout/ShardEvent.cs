using Divvy.Core.Assignment;

namespace Divvy.Coordination.Layout;

/// <summary>One step a shard took, for people and measurements; nothing decides by it.</summary>
public sealed record ShardEvent
{
    public required StepKind Kind { get; init; }

    public required string Shard { get; init; }

    /// <summary>The owner before, as instance/session.</summary>
    public string? From { get; init; }

    /// <summary>The owner after the step; for the steps of a planned move, the next owner.</summary>
    public string? To { get; init; }

    public long Generation { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>Wall clock of the server that took the step.</summary>
    public required DateTimeOffset Time { get; init; }
}
