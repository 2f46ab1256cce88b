namespace Divvy.Cli.Streams.Production;

/// <summary>What a producer has written.</summary>
/// <param name="Stream">Where to.</param>
/// <param name="Run">The run that its events name.</param>
/// <param name="Records">All of them, stored.</param>
/// <param name="Batches">Calls.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record ProduceReport(string Stream, string Run, long Records, long Batches, double Seconds)
{
    public double PerSecond => Seconds > 0 ? Math.Round(Records / Seconds, 1) : 0;
}
