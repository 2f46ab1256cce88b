namespace Divvy.Torture;

/// <summary>What a run came to. <see cref="Violation"/> is null when every promise was kept.</summary>
public sealed record TortureSummary(
    int Rounds,
    int Kills,
    int Disturbances,
    long Acknowledged,
    long Unknown,
    long Reads,
    long Calls,
    long Revision,
    IReadOnlyDictionary<string, int> Failpoints,
    string? Violation);
