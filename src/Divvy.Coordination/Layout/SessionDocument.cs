using System.Globalization;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Layout;

/// <summary>A session reference in JSON.</summary>
/// <param name="Instance">Instance id.</param>
/// <param name="Session">Lease id in hex, as etcdctl prints it.</param>
internal sealed record SessionDocument(string Instance, string Session)
{
    public static SessionDocument From(SessionRef session) => new(session.Instance.Value, session.Session.ToString());

    /// <exception cref="FormatException">The session is not a lease id in hex.</exception>
    public SessionRef ToSession() => new(
        new InstanceId(Instance),
        new SessionId(long.Parse(Session, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)));
}
