using System.Collections.Immutable;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Planning;

namespace Divvy.Benchmarks.Planning;

/// <summary>Plans for 100,000 shards with a standby each on 1,000 instances: the first one of all, the one after losing
/// an instance, and the one of a cluster at rest.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class PlannerBench
{
    private const int Shards = 100_000;
    private const int Instances = 1_000;

    private PlanningInput fresh = Empty();
    private PlanningInput rest = Empty();
    private PlanningInput oneLost = Empty();
    private AssignmentPlan lossPlan = AssignmentPlan.Empty;

    [Params(PlacementStrategy.Balanced, PlacementStrategy.Rendezvous, PlacementStrategy.ConsistentHashBounded)]
    public PlacementStrategy Strategy { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        fresh = new PlanningInput
        {
            Policy = new PlannerPolicy { Strategy = Strategy, Standbys = 1 },
            Instances = [.. Enumerable.Range(0, Instances).Select(Instance)],
            Shards = [.. Enumerable.Range(0, Shards).Select(Unowned)],
        };
        var placed = Planner.Plan(fresh).Plan.Changes.ToDictionary(change => change.Shard);
        rest = fresh with
        {
            Shards = [.. fresh.Shards.Select(shard =>
                shard with { Owner = placed[shard.Shard].To, Standbys = placed[shard.Shard].Standbys })],
        };
        oneLost = rest with { Instances = rest.Instances.RemoveAt(Instances / 2) };
        lossPlan = Planner.Plan(oneLost).Plan;
    }

    [Benchmark]
    public PlanResult Full() => Planner.Plan(fresh);

    [Benchmark]
    public PlanResult OneLost() => Planner.Plan(oneLost);

    [Benchmark]
    public PlanResult AtRest() => Planner.Plan(rest);

    [Benchmark]
    public ImmutableArray<PlanViolation> CheckOneLost() => PlanChecker.Check(oneLost, lossPlan);

    private static PlanningInput Empty() => new() { Instances = [], Shards = [] };

    private static PlanningInstance Instance(int number) => new(
        new SessionRef(new(string.Create(CultureInfo.InvariantCulture, $"instance-{number:d4}")), new(number + 1)),
        1,
        string.Create(CultureInfo.InvariantCulture, $"zone-{number % 3}"),
        InstanceStatus.Active);

    private static PlanningShard Unowned(int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"shard-{number:d6}");
        return new(new(id), null, null, [], ShardPhase.Stable, null, []);
    }
}
