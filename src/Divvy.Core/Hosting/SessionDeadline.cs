namespace Divvy.Core.Hosting;

/// <summary>Until when one session may be believed (R18), read by every request without a lock. The machine alone
/// writes it; a volatile read that is a moment old errs by that moment, which the margin covers.</summary>
public sealed class SessionDeadline
{
    private long atMs = long.MinValue;

    /// <summary>The instant on the host's monotonic clock; <see cref="long.MinValue"/>: over.</summary>
    public long AtMs => Volatile.Read(ref atMs);

    public bool Covers(long nowMs) => nowMs < AtMs;

    internal void MoveTo(long atMs) => Volatile.Write(ref this.atMs, atMs);

    internal void End() => Volatile.Write(ref atMs, long.MinValue);
}
