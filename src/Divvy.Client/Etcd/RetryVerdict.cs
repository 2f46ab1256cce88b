namespace Divvy.Client.Etcd;

/// <summary>What to do about an attempt that failed.</summary>
internal enum RetryVerdict
{
    /// <summary>Certainly not applied, and no other attempt would fare better.</summary>
    Refused,

    /// <summary>It may have been applied: try again only if doing it twice does no harm.</summary>
    Unknown,

    /// <summary>Certainly not applied: try again, elsewhere if there is an elsewhere.</summary>
    Retry,

    /// <summary>Certainly not applied for want of a valid token: get one and try again.</summary>
    Reauthenticate,
}
