namespace Divvy.Store.Peers;

/// <summary>What the answerer of a hello says. The values are on the wire.</summary>
internal enum HelloStatus : byte
{
    Accepted = 0,
    UnsupportedVersion = 1,
    WrongCluster = 2,
    WrongMember = 3,
    Removed = 4,
    Busy = 5,
    NoInformation = 6,
}
