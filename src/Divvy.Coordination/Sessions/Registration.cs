using Divvy.Core.Identity;

namespace Divvy.Coordination.Sessions;

/// <summary>A registration that was accepted.</summary>
/// <param name="Session">Instance and session.</param>
/// <param name="Ttl">What the store granted, counted from when the request was sent.</param>
/// <param name="Resumed">The session was there before.</param>
/// <param name="Revision">The session key's revision: roles are to be derived no earlier.</param>
internal sealed record Registration(SessionRef Session, TimeSpan Ttl, bool Resumed, Revision Revision);
