namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>The requests that ended well in one second of the clock.</summary>
internal sealed record SecondSample(
    long UnixSecond, double MinMilliseconds, double SumMilliseconds, double MaxMilliseconds, long Count)
{
    public SecondSample With(double milliseconds) => new(
        UnixSecond,
        Math.Min(MinMilliseconds, milliseconds),
        SumMilliseconds + milliseconds,
        Math.Max(MaxMilliseconds, milliseconds),
        Count + 1);
}
