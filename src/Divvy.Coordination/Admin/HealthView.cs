namespace Divvy.Coordination.Admin;

/// <summary>Whether the server is well, and what is missing.</summary>
/// <param name="Status"><c>ok</c> or <c>unavailable</c>.</param>
/// <param name="Missing">What it waits for, one sentence each.</param>
public sealed record HealthView(string Status, IReadOnlyList<string> Missing);
