using Divvy.Simulation.World;

namespace Divvy.Simulation.Runs;

/// <summary>What a run is like: drawn from its seed, but for what the command line fixes.</summary>
internal sealed record SimulationOptions
{
    public required ulong Seed { get; init; }

    public required WorkloadKind Workload { get; init; }

    /// <summary>How long faults may strike, in true time. The run heals and is checked after that.</summary>
    public required TimeSpan Faulty { get; init; }

    /// <summary>Within which true time after the last fault everything has to work again.</summary>
    public TimeSpan HealWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Mean time between the beginnings of two faults.</summary>
    public required TimeSpan FaultEvery { get; init; }

    public required TimeSpan FaultLasts { get; init; }

    /// <summary>Members of the store.</summary>
    public required int Members { get; init; }

    public required int Clients { get; init; }

    public required int Servers { get; init; }

    public required int Instances { get; init; }

    public required int Shards { get; init; }

    /// <summary>Numbers of the faults to keep; null: all.</summary>
    public IReadOnlySet<int>? KeepFaults { get; init; }

    /// <summary>Draws what a seed's run is like.</summary>
    public static SimulationOptions Draw(ulong seed, WorkloadKind? workload = null)
    {
        var random = new SimRandom(SimRandom.SeedOf(seed, "options"));
        var drawn = random.Chance(0.5) ? WorkloadKind.Store : WorkloadKind.Distributor;
        var store = (workload ?? drawn) == WorkloadKind.Store;
        return new SimulationOptions
        {
            Seed = seed,
            Workload = workload ?? drawn,
            Faulty = random.Between(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)),
            FaultEvery = random.Pick([0.3, 1, 3, 10]) * TimeSpan.FromSeconds(1),
            FaultLasts = random.Pick([0.05, 0.5, 2, 6]) * TimeSpan.FromSeconds(1),
            Members = store ? random.Pick([1, 3, 3, 3, 5, 5]) : random.Pick([1, 3, 3]),
            Clients = random.Between(1, store ? 10 : 6),
            Servers = random.Between(1, 3),
            Instances = random.Between(2, 10),
            Shards = random.Pick([4, 16, 64, 200]),
        };
    }

    public override string ToString() =>
        Workload switch
        {
            WorkloadKind.Store => $"store, {Members} members, {Clients} clients",
            WorkloadKind.Streams => "streams",
            _ => $"distributor, {Members} members, {Clients} clients, {Servers} servers, {Instances} instances,"
                + $" {Shards} shards",
        }
        + FormattableString.Invariant($", faults for {Faulty.TotalSeconds:F1} s, one in {FaultEvery.TotalSeconds} s,")
        + FormattableString.Invariant($" lasting {FaultLasts.TotalSeconds} s");
}
