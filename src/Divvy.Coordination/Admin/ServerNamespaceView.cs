namespace Divvy.Coordination.Admin;

/// <summary>Who leads a namespace, as this server sees it.</summary>
/// <param name="Name">The namespace.</param>
/// <param name="Leader">The leader's server id; null: none at the moment.</param>
/// <param name="LedHere">This server leads it.</param>
public sealed record ServerNamespaceView(string Name, string? Leader, bool LedHere);
