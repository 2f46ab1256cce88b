using System.Diagnostics;
using Divvy.Cli.Benchmarking.Comparison;

namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>What the processors of one run share: the clock starts with the first of them, just behind the first read's
/// start, and stops with the last record. Thread-safe.</summary>
internal sealed class RecordCount(long expected)
{
    private readonly TaskCompletionSource<StreamSample> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch clock = new();
    private readonly Lock gate = new();
    private TimeSpan processorTime;
    private long records;
    private long batches;

    public Task<StreamSample> Done => done.Task;

    public void Begin()
    {
        lock (gate)
        {
            if (clock.IsRunning)
                return;
            processorTime = ProcessorTime.OfProcess(Environment.ProcessId);
            clock.Start();
        }
    }

    public void Add(int count)
    {
        lock (gate)
        {
            records += count;
            batches++;
            if (records >= expected)
                done.TrySetResult(Sample());
        }
    }

    private StreamSample Sample()
    {
        var used = ProcessorTime.OfProcess(Environment.ProcessId) - processorTime;
        return new(records / clock.Elapsed.TotalSeconds, used.TotalMicroseconds / records, batches);
    }
}
