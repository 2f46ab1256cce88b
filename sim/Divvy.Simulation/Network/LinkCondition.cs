using Divvy.Simulation.World;

namespace Divvy.Simulation.Network;

/// <summary>What one direction of the way between two hosts does to what it carries.</summary>
internal sealed record LinkCondition
{
    /// <summary>A quiet local network.</summary>
    public static LinkCondition Good { get; } = new();

    /// <summary>A local network on which, in half of the seeds, datagrams overtake each other now and then.</summary>
    public static LinkCondition Draw(SimRandom random) => Good with
    {
        Reordering = random.Pick([0, 0, 0.001, 0.01]),
        Detour = TimeSpan.FromMilliseconds(2),
    };

    /// <summary>The least time under way.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>Mean of what comes on top of that, packet by packet.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Share of packets that never arrive. A connection sends such a packet again, which takes time.</summary>
    public double Loss { get; init; }

    /// <summary>Share of datagrams that arrive twice.</summary>
    public double Duplication { get; init; }

    /// <summary>Share of datagrams that others overtake.</summary>
    public double Reordering { get; init; }

    /// <summary>How long such a datagram is held back, at most.</summary>
    public TimeSpan Detour { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>What it carries in a second; 0: no limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Nothing passes, and nobody is told.</summary>
    public bool IsCut { get; init; }
}
