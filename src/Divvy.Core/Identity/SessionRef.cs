namespace Divvy.Core.Identity;

/// <summary>Who owns: an instance in one of its sessions. A returning instance in a new session is somebody else
/// (R1).</summary>
public readonly record struct SessionRef(InstanceId Instance, SessionId Session) : IComparable<SessionRef>
{
    public int CompareTo(SessionRef other)
    {
        var byInstance = Instance.CompareTo(other.Instance);
        return byInstance != 0 ? byInstance : Session.CompareTo(other.Session);
    }

    public override string ToString() => $"{Instance}/{Session}";
}
