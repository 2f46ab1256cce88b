namespace Divvy.Cli.Load;

/// <summary>One load run.</summary>
internal sealed record LoadSettings
{
    /// <summary>Requests under way at most; the next waits for a place, and its waiting counts.</summary>
    public const int MaxInFlight = 4_096;

    public required double RequestsPerSecond { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>How long at the start latencies and gaps do not count: connections are made and code is compiled.
    /// Failures
    /// count from the first request.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>Different keys, <c>key-0</c> up.</summary>
    public required int Keys { get; init; }

    /// <summary>A request that has no answer after this time, retries included, has failed.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Seeds the choice of keys, so that two runs ask for the same.</summary>
    public int Seed { get; init; } = 1;
}
