namespace Divvy.Coordination.Control;

/// <summary>Whether a look has to plan. A plan follows from what the mirror shows and from who is to be avoided, not
/// from the time: a look that only the clock asked for finds what the one before it found, and of a large namespace
/// that costs a second. Every now and then it plans all the same, in case a change went unnoticed. Not thread-safe.
/// </summary>
/// <param name="longest">How long at most nothing is planned.</param>
internal sealed class PlanningOccasion(TimeSpan longest)
{
    private long? plannedMs;

    /// <summary>Takes the occasion to plan, if there is one: whoever is told true plans.</summary>
    /// <param name="changed">Something changed, or was done, since the look before.</param>
    /// <param name="nowMs">The monotonic clock.</param>
    public bool TryTake(bool changed, long nowMs)
    {
        if (!changed && nowMs - plannedMs < longest.TotalMilliseconds)
            return false;
        plannedMs = nowMs;
        return true;
    }
}
