using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>One direction between two hosts: decides, packet by packet, what becomes of it.</summary>
internal sealed class SimLink(SimWorld world, SimRandom random, LinkCondition condition)
{
    private TimeSpan busyUntil;
    private TimeSpan cloggedUntil;
    private TimeSpan lastArrival;

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

    /// <summary>How long a datagram is under way from now on; null: it is lost. It arrives behind those that were sent
    /// before it, unless it goes another way than they do.</summary>
    public TimeSpan? CarryDatagram(long bytes)
    {
        if (Carry(bytes) is not { } delay)
            return null;
        if (random.Chance(Condition.Reordering))
            return delay + random.Between(TimeSpan.Zero, Condition.Detour);
        var arrival = world.Now + delay;
        lastArrival = arrival > lastArrival ? arrival : lastArrival;
        return lastArrival - world.Now;
    }
}
