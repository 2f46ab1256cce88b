using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>One stretch of ownership of one shard: what requests admitted in it carry and check.</summary>
internal sealed class GateOpening(Generation generation, Revision revision, long tenure, SessionDeadline deadline)
{
    private volatile bool ended;

    public Generation Generation { get; } = generation;

    public Revision Revision { get; } = revision;

    public long Tenure { get; } = tenure;

    public bool Ended => ended;

    public bool Covers(long nowMs) => !ended && deadline.Covers(nowMs);

    public void End() => ended = true;
}
