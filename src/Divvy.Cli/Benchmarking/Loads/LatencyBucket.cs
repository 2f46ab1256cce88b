namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>How many requests took up to so long, and longer than the bucket before.</summary>
internal readonly record struct LatencyBucket(double UpToSeconds, long Count);
