namespace Divvy.Cli.Benchmarking.Streaming;

/// <summary>What the processors of one run share: the clock starts with the first of them, just behind the first read's
/// start, and stops with the last record. Thread-safe.</summary>
internal sealed class RecordCount(long expected, int emulator)
{
    private readonly TaskCompletionSource<StreamSample> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private SampleClock? clock;
    private long records;
    private long batches;

    public Task<StreamSample> Done => done.Task;

    public void Begin()
    {
        lock (gate)
            clock ??= new(emulator);
    }

    public void Add(int count)
    {
        lock (gate)
        {
            records += count;
            batches++;
            if (records >= expected)
                done.TrySetResult(clock!.Stop(records, batches));
        }
    }
}
