namespace Divvy.Streams.Leases.Table;

/// <summary>Decides whether a failure that comes again and again is to be said: at first, when it changes, and every
/// ten seconds while it stays. A table that is tried four times a second would fill the log otherwise.</summary>
internal sealed class RepeatedFailure
{
    private static readonly TimeSpan reminder = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private string? said;
    private TimeSpan saidAt;

    /// <param name="failure">What failed, as it would be said.</param>
    /// <param name="now">The time on the caller's monotonic clock.</param>
    public bool IsDue(string failure, TimeSpan now)
    {
        lock (gate)
        {
            if (failure == said && now - saidAt < reminder)
                return false;
            (said, saidAt) = (failure, now);
            return true;
        }
    }
}
