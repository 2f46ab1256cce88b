using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>One candidate of a controller election; the one created first leads.</summary>
public sealed record MirroredCandidate(string Server, Revision Created);
