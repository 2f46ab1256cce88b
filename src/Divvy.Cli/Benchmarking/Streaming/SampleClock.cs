using System.Diagnostics;
using Divvy.Cli.Benchmarking.Comparison;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>Wall clock and processor time of one run, from its making on: of this process, which reads, and of the
/// emulators.</summary>
internal sealed class SampleClock(int emulator)
{
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly TimeSpan own = ProcessorTime.OfProcess(Environment.ProcessId);
    private readonly TimeSpan others = ProcessorTime.OfProcess(emulator);

    public StreamSample Stop(long records, long reads)
    {
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var used = ProcessorTime.OfProcess(Environment.ProcessId) - own;
        var served = ProcessorTime.OfProcess(emulator) - others;
        return new(
            records / seconds, used.TotalMicroseconds / records, served.TotalMicroseconds / records, reads);
    }
}
