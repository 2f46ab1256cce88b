namespace Divvy.Coordination.Admin;

/// <summary>One step a shard took.</summary>
public sealed record EventView
{
    /// <summary>Where it stands in the history: to be given as <c>after</c> to read on.</summary>
    public required long Sequence { get; init; }

    /// <summary>The store's revision of the step.</summary>
    public required long Revision { get; init; }

    /// <summary>Wall clock of the server that took it.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>create</c>, <c>assign</c>, <c>takeover</c>, <c>prepare</c>, <c>yield</c>, <c>flip</c>,
    /// <c>cancel</c>, <c>annotate</c>, <c>close</c> or <c>remove</c>.</summary>
    public required string Kind { get; init; }

    public required string Shard { get; init; }

    /// <summary>The owner before, as instance/session.</summary>
    public string? From { get; init; }

    /// <summary>The owner after; in a planned move, the next owner.</summary>
    public string? To { get; init; }

    public required long Generation { get; init; }

    public required string Reason { get; init; }

    public required string Server { get; init; }
}
