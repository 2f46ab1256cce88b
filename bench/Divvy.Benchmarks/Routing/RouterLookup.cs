using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Routing;

namespace Divvy.Benchmarks.Routing;

/// <summary>A key to its route among 10,000 shards, hashing included, against a plain binary search over the same
/// starts and against a dictionary by key (which would have to hold every key). Each call takes another key.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class RouterLookup
{
    private const int Shards = 10_000;
    private const int Keys = 4096;

    private readonly string[] keys = [.. Enumerable.Range(0, Keys).Select(number => $"customer-{number}")];
    private RoutingTable table = RoutingTable.Empty;
    private ulong[] starts = [];
    private RouteEntry[] entries = [];
    private Dictionary<string, RouteEntry> byKey = [];
    private int next;

    [GlobalSetup]
    public void Setup()
    {
        ImmutableArray<RouteEntry> routes = [.. FixedLayout.Shards(Shards).Select((shard, i) => new RouteEntry(
            shard.Shard,
            shard.Range,
            new(1),
            new(i + 1),
            new SessionRef(new($"i{i % 100}"), new(i % 100 + 1)),
            "http://host"))];
        table = RoutingTable.Empty.Apply(RoutingChange.Snapshot(new(Shards), routes));
        entries = [.. routes];
        starts = [.. routes.Select(route => route.Range.Start)];
        byKey = keys.ToDictionary(key => key, key => table.Find(key)!);
    }

    [Benchmark(Baseline = true)]
    public RouteEntry BinarySearch()
    {
        var position = Array.BinarySearch(starts, KeyHash.Of(NextKey()));
        return entries[position >= 0 ? position : ~position - 1];
    }

    [Benchmark]
    public RouteEntry DictionaryByKey() => byKey[NextKey()];

    [Benchmark]
    public RouteEntry? RoutingTableFind() => table.Find(NextKey());

    [Benchmark]
    public ulong KeyHashOnly() => KeyHash.Of(NextKey());

    private string NextKey() => keys[next++ & (Keys - 1)];
}
