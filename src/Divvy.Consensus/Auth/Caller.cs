namespace Divvy.Consensus.Auth;

/// <summary>On whose behalf something is asked, and as of when that was established. No caller at all (null) is a
/// client that did not say who it is.</summary>
/// <param name="User">The user's name.</param>
/// <param name="AuthRevision">The <see cref="AuthStore.Revision"/> when the user was recognised. A request that comes
/// up for decision after users or roles have changed since is refused with <see cref="AuthOutcome.OldRevision"/>, so
/// that no right outlives its withdrawal; whoever proposed it establishes the caller anew and proposes again.</param>
public sealed record Caller(string User, long AuthRevision)
{
    /// <summary>A member itself, which may do everything: revoke the leases that are over, raise alarms, say who it is.
    /// No client can be it, because no user has an empty name.</summary>
    public static readonly Caller Internal = new("", long.MaxValue);

    public bool IsInternal => User.Length == 0;
}
