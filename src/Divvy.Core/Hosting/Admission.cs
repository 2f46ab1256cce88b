using Divvy.Core.Identity;

namespace Divvy.Core.Hosting;

/// <summary>One request's stay inside a shard. Thread-safe. <see cref="Leave"/> must be called exactly once.</summary>
public readonly record struct Admission
{
    private readonly ShardGate? gate;
    private readonly GateOpening? opening;

    internal Admission(ShardGate gate, GateOpening opening)
    {
        this.gate = gate;
        this.opening = opening;
    }

    /// <summary>The fencing token of whatever the request writes.</summary>
    public Generation Generation => opening?.Generation ?? default;

    /// <summary>The record revision the shard is owned by.</summary>
    public Revision Revision => opening?.Revision ?? default;

    /// <summary>The tenure whose token ends with the ownership.</summary>
    public long Tenure => opening?.Tenure ?? 0;

    /// <summary>Whether an answer may still be released (R19): the shard was not lost while the request ran.</summary>
    public bool MayRelease(long nowMs) => opening is not null && opening.Covers(nowMs);

    /// <summary>The request's answer has left. True: it was the last one of a closed shard, so tell
    /// <see cref="HostMachine.RequestsLeft"/>.</summary>
    public bool Leave() => gate is not null && gate.Leave();
}
