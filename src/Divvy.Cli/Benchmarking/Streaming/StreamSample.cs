namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>One run of one reader over the whole stream.</summary>
/// <param name="PerSecond">Records.</param>
/// <param name="CpuMicroseconds">Processor time of the reader for each record; the emulator's is not in it.</param>
/// <param name="Reads">Calls that gave records.</param>
internal sealed record StreamSample(double PerSecond, double CpuMicroseconds, long Reads);
