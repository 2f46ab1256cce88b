using Divvy.Coordination.Layout;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Mirror;

/// <summary>An instance that lives: its session key as it was last seen.</summary>
/// <param name="Ref">Instance and session; the session is the key's lease.</param>
/// <param name="Record">The key's value.</param>
/// <param name="Created">Revision at which the session began.</param>
public sealed record MirroredInstance(SessionRef Ref, ServiceRecord Record, Revision Created);
