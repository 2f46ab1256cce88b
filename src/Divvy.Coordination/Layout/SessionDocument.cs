using System.Globalization;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Layout;

/// <summary>A session reference in JSON. Its properties can be set for the reason that
/// <see cref="ShardDocument"/>'s can.</summary>
internal sealed record SessionDocument
{
    /// <summary>Instance id.</summary>
    public string Instance { get; set; } = "";

    /// <summary>Lease id in hex, as etcdctl prints it.</summary>
    public string Session { get; set; } = "";

    public static SessionDocument From(SessionRef session) =>
        new() { Instance = session.Instance.Value, Session = session.Session.ToString() };

    /// <exception cref="FormatException">There is no instance, or the session is not a lease id in hex.</exception>
    public SessionRef ToSession() => new(
        Instance.Length > 0 ? new InstanceId(Instance) : throw new FormatException("a session names no instance"),
        new SessionId(long.Parse(Session, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)));
}
