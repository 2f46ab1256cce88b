namespace Divvy.Torture.Load;

/// <summary>One write that was tried. <see cref="Value"/> is unique among all attempts; null: the key was deleted, or its
/// lease revoked. <see cref="Revision"/> is where it is in the history, when acknowledged; 0: acknowledged without saying where,
/// as a revocation is.</summary>
public sealed record Attempt(string Key, string? Value, Outcome Outcome, long Revision, long Lease = 0);
