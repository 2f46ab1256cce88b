namespace Divvy.Coordination.Mirror;

/// <summary>A session key that changed: null before: a session began; null after: it ended.</summary>
public sealed record InstanceChange(MirroredInstance? Before, MirroredInstance? After);
