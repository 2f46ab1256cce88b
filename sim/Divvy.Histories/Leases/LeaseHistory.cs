namespace Divvy.Histories.Leases;

/// <summary>What is known of one lease.</summary>
internal sealed class LeaseHistory(long id, TimeSpan timeToLive)
{
    public long Id { get; } = id;

    public TimeSpan TimeToLive { get; } = timeToLive;

    /// <summary>The calls that set its clock back: the grant and every renewal that was confirmed.</summary>
    public List<(TimeSpan Invoked, TimeSpan Returned)> Renewals { get; } = [];

    /// <summary>The last instant at which a renewal may have been under way, confirmed or not.</summary>
    public TimeSpan LastAttempt { get; set; }

    /// <summary>When somebody first asked for its end.</summary>
    public TimeSpan? RevokeInvoked { get; set; }

    public (long Revision, TimeSpan At)? Ended { get; set; }

    public TimeSpan? LastSeenAlive { get; set; }
}
