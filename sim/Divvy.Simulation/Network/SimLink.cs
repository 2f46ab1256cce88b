using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>One direction between two hosts: decides, packet by packet, what becomes of it.</summary>
internal sealed class SimLink(SimWorld world, SimRandom random, LinkCondition condition)
{
    private TimeSpan busyUntil;
    private TimeSpan cloggedUntil;

    public LinkCondition Condition { get; set; } = condition;

    /// <summary>Holds everything back until then: a switch's queue that is full, a collector's pause of a
    /// proxy.</summary>
    public void Clog(TimeSpan span) => cloggedUntil = world.Now + span;

    public void Unclog() => cloggedUntil = world.Now;

    /// <summary>How long a packet is under way from now on; null: it is lost.</summary>
    public TimeSpan? Carry(long bytes)
    {
        if (Condition.IsCut || random.Chance(Condition.Loss))
            return null;
        var leaves = world.Now;
        if (Condition.BytesPerSecond > 0)
        {
            busyUntil = (busyUntil > leaves ? busyUntil : leaves)
                + TimeSpan.FromSeconds(bytes / (double)Condition.BytesPerSecond);
            leaves = busyUntil;
        }

        var arrives = leaves + Condition.Latency + random.Exponential(Condition.Jitter);
        return (arrives > cloggedUntil ? arrives : cloggedUntil) - world.Now;
    }

    public bool Duplicates() => random.Chance(Condition.Duplication);

    /// <summary>What a datagram takes longer because it went another way than those before it.</summary>
    public TimeSpan Detour() => random.Chance(Condition.Reordering)
        ? random.Between(TimeSpan.Zero, Condition.Detour)
        : TimeSpan.Zero;
}
