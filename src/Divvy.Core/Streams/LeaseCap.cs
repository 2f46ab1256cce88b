namespace Divvy.Core.Streams;

/// <summary>The most leases a worker should hold, computed anew whenever workers or leases come and go. A fixed number
/// either leaves shards without an owner (four workers of six leases each, thirty shards) or lets the first workers
/// hold all; half a rounding error does the former (20 shards, 3 workers, 6 each).</summary>
public static class LeaseCap
{
    /// <summary><c>min(max, ceil(unfinished / workers))</c>, at least 1.</summary>
    /// <param name="max">What was configured.</param>
    /// <param name="unfinished">Leases that count: draining parents do not.</param>
    /// <param name="workers">Workers that live, at least one.</param>
    public static int Of(int max, int unfinished, int workers) =>
        Math.Max(1, Math.Min(max, (unfinished + workers - 1) / workers));

    /// <summary>How many leases are held although the cap forbids it, since somebody has to: coverage beats the cap,
    /// and what is above it is shared out evenly as well. More workers are needed when it is not zero.</summary>
    public static int Overload(int max, int unfinished, int workers) =>
        Math.Max(0, unfinished - (int)Math.Min(unfinished, (long)Of(max, unfinished, workers) * workers));
}
