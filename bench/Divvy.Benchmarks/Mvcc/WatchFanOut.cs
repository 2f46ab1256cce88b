using BenchmarkDotNet.Attributes;
using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;

namespace Divvy.Benchmarks.Mvcc;

/// <summary>What a put costs that 1,000 watchers hear of, on 10 streams.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class WatchFanOut
{
    private const int Streams = 10;
    private const int WatchersPerStream = 100;

    private readonly MvccStore store = new(new MvccOptions());
    private readonly List<WatchStream> streams = [];
    private readonly List<WatchMessage> messages = [];
    private WatchHub? hub;

    /// <summary>Ranges that other watchers watch and the key is not in.</summary>
    [Params(0, 10_000)]
    public int OtherRanges { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        hub = new WatchHub(store, new WatchLimits());
        for (var number = 0; number < Streams; number++)
        {
            var stream = hub.OpenStream(TimeSpan.Zero);
            streams.Add(stream);
            for (var watcher = 0; watcher < WatchersPerStream; watcher++)
                stream.Create(new WatchSpec(KeyRange.Single(Workload.Key(0))));
        }
        var others = hub.OpenStream(TimeSpan.Zero);
        for (var number = 1; number <= OtherRanges; number++)
            others.Create(new WatchSpec(KeyRange.Interval(Workload.Key(number), (byte[])[.. Workload.Key(number), 0])));
    }

    [Benchmark(OperationsPerInvoke = Streams * WatchersPerStream)]
    public int Put()
    {
        Workload.Put(store, 0);
        hub!.Publish();
        hub.TakeSignaled();
        messages.Clear();
        foreach (var stream in streams)
            stream.Take(messages, WatchersPerStream);
        return messages.Count;
    }
}
