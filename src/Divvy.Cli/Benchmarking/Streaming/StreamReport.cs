using Divvy.Cli.Measurement;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>What <c>divvy bench streams</c> measured. Both readers took turns, so a disturbance of the machine hits
/// both. <paramref name="SmallMemory"/> is with the runtime's settings for little memory, and held to the bar;
/// <paramref name="Memory"/> is without.</summary>
internal sealed record StreamReport(
    StreamSettings Settings,
    IReadOnlyList<StreamSample> Bare,
    IReadOnlyList<StreamSample> Worker,
    StalledMemory? Memory,
    StalledMemory? SmallMemory)
{
    /// <summary>The worker's rate to the bare loop's: the median of the pairs that ran one after the other.</summary>
    public double Ratio => Quantile.NearestRank(Ratios, 0.5);

    /// <summary>Of each pair.</summary>
    public IReadOnlyList<double> Ratios => [.. Bare.Zip(Worker, (bare, worker) => worker.PerSecond / bare.PerSecond)];

    public bool Passed =>
        Ratio >= StreamSettings.RatioBar && SmallMemory is not { PeakResident: > StreamSettings.MemoryBar };
}
