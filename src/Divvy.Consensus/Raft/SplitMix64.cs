namespace Divvy.Consensus.Raft;

/// <summary>A seeded generator (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"): the
/// core's only
/// source of chance, so that a seed replays a run.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, bound) but for a bias below bound / 2^64.</summary>
    public int Next(int bound) => (int)(((UInt128)Next() * (uint)bound) >> 64);
}
