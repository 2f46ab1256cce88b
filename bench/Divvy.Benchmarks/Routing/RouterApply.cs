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

    private RoutingTable _table = RoutingTable.Empty;
    private RoutingChange _snapshot = RoutingChange.Snapshot(default, []);
    private RoutingChange _oneMoved = RoutingChange.Snapshot(default, []);

    [GlobalSetup]
    public void Setup()
    {
        ImmutableArray<RouteEntry> routes = [.. FixedLayout.Shards(Shards).Select(shard => new RouteEntry(
            shard.Shard, shard.Range, new(1), new(1), new SessionRef(new("a"), new(1)), "http://host"))];
        _snapshot = RoutingChange.Snapshot(new(1), routes);
        _table = RoutingTable.Empty.Apply(_snapshot);
        var moved = routes[5000] with { Revision = new(2), Generation = new(2), Address = "http://other" };
        _oneMoved = RoutingChange.Delta(new(2), [moved], []);
    }

    [Benchmark]
    public RoutingTable DeltaOneMoved() => _table.Apply(_oneMoved);

    [Benchmark]
    public RoutingTable Snapshot() => RoutingTable.Empty.Apply(_snapshot);
}
