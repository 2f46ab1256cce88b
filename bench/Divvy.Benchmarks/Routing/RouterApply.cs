using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Core.Routing;

namespace Divvy.Benchmarks.Routing;

/// <summary>What a router pays for keeping its table of 10,000 shards current.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class RouterApply
{
    private const int Shards = 10_000;

    private RoutingTable table = RoutingTable.Empty;
    private RoutingChange snapshot = RoutingChange.Snapshot(default, []);
    private RoutingChange oneMoved = RoutingChange.Snapshot(default, []);

    [GlobalSetup]
    public void Setup()
    {
        ImmutableArray<RouteEntry> routes = [.. FixedLayout.Shards(Shards).Select(shard => new RouteEntry(
            shard.Shard, shard.Range, new(1), new(1), new SessionRef(new("a"), new(1)), "http://host"))];
        snapshot = RoutingChange.Snapshot(new(1), routes);
        table = RoutingTable.Empty.Apply(snapshot);
        var moved = routes[5000] with { Revision = new(2), Generation = new(2), Address = "http://other" };
        oneMoved = RoutingChange.Delta(new(2), [moved], []);
    }

    [Benchmark]
    public RoutingTable DeltaOneMoved() => table.Apply(oneMoved);

    [Benchmark]
    public RoutingTable Snapshot() => RoutingTable.Empty.Apply(snapshot);
}
