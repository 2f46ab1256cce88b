using Divvy.Core.Identity;

namespace Divvy.Core.Planning;

/// <summary>Hashes a session by its lease id alone: ids are never reused, and hashing the name costs more than the
/// look-up.</summary>
internal sealed class SessionComparer : IEqualityComparer<SessionRef>
{
    public static SessionComparer Instance { get; } = new();

    public bool Equals(SessionRef left, SessionRef right) => left == right;

    public int GetHashCode(SessionRef session) => session.Session.Value.GetHashCode();
}
