namespace Divvy.Coordination.Layout;

/// <summary>The value of a leader key.</summary>
/// <param name="Server">The candidate's server id.</param>
public sealed record LeaderRecord(string Server);
