using BenchmarkDotNet.Attributes;
using Divvy.Consensus.Mvcc;

namespace Divvy.Benchmarks.Mvcc;

/// <summary>What one put and one read of a key cost in a store of 100,000 keys.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class StoreOperations
{
    private const int Keys = 100_000;

    private readonly byte[][] keys = [.. Enumerable.Range(0, Keys).Select(Workload.Key)];
    private MvccStore store = new(new MvccOptions());
    private int next;

    [GlobalSetup]
    public void Setup() => store = Workload.Fill(Keys);

    /// <summary>Overwrites a key, and pays for the compaction of what that supersedes.</summary>
    [Benchmark]
    public MvccResult Put()
    {
        var result = store.Apply(store.AppliedIndex + 1, new PutOperation(NextKey(), new byte[Workload.ValueBytes]));
        if (store.Revision % 1024 == 0)
            store.Apply(store.AppliedIndex + 1, new CompactCommand(store.Revision));
        store.CompactStep(2);
        return result;
    }

    [Benchmark]
    public RangeResult RangeOfOneKey() => store.Range(new RangeOperation(KeyRange.Single(NextKey())));

    [Benchmark]
    public MvccOutcome Get() => store.Get(NextKey(), 0, out _);

    /// <summary>A page of 500 of 100,000 keys; their exact count is what costs.</summary>
    [Benchmark]
    public RangeResult RangeOfAPage() => store.Range(new RangeOperation(KeyRange.From(keys[0])) { Limit = 500 });

    private byte[] NextKey() => keys[next = (next + 1) % Keys];
}
