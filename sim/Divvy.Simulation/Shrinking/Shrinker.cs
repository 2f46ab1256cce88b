using System.Collections.Immutable;
using Divvy.Simulation.Runs;

namespace Divvy.Simulation.Shrinking;

/// <summary>
/// Makes a failing run smaller while it still fails, by trying: first without halves, then quarters, eighths ... of its
/// faults (delta debugging: Zeller, Hildebrandt: Simplifying and isolating failure-inducing input, 2002), then with
/// fewer of everything else, then shorter. A run with one fault less is another run from there on, so a failure may
/// hide and come back: what is found is small, not the smallest.
/// </summary>
/// <param name="fails">Whether a run breaks the rule.</param>
/// <param name="most">At most so many runs.</param>
internal sealed class Shrinker(Func<SimulationOptions, bool> fails, int most)
{
    /// <summary>Runs so far.</summary>
    public int Tried { get; private set; }

    public SimulationOptions Shrink(SimulationOptions options, RunResult failure)
    {
        var best = options;
        // What came after the failure is not needed for it.
        best = Try(best, best with { Faulty = Min(best.Faulty, failure.Violations[0].At + TimeSpan.FromSeconds(0.1)) });
        best = ShrinkFaults(best, options.KeepFaults ?? Enumerable.Range(1, failure.Faults).ToImmutableHashSet());
        best = Lower(best, options => options.Clients, (options, count) => options with { Clients = count });
        if (best.Workload == WorkloadKind.Distributor)
        {
            best = Lower(best, options => options.Shards, (options, count) => options with { Shards = count });
            best = Lower(best, options => options.Instances, (options, count) => options with { Instances = count });
            best = Lower(best, options => options.Servers, (options, count) => options with { Servers = count });
        }

        return Shorten(best);
    }

    private SimulationOptions ShrinkFaults(SimulationOptions best, IReadOnlySet<int> numbers)
    {
        var kept = numbers.Order().ToList();
        best = best with { KeepFaults = numbers };
        for (var piece = Math.Max(1, kept.Count / 2); piece >= 1; piece /= 2)
        {
            for (var from = 0; from < kept.Count && Tried < most;)
            {
                var fewer = kept.Take(from).Concat(kept.Skip(from + piece)).ToList();
                var candidate = best with { KeepFaults = fewer.ToHashSet() };
                if (Fails(candidate))
                {
                    best = candidate;
                    kept = fewer;
                }
                else
                {
                    from += piece;
                }
            }
        }

        return best;
    }

    private SimulationOptions Lower(
        SimulationOptions best, Func<SimulationOptions, int> get, Func<SimulationOptions, int, SimulationOptions> set)
    {
        for (var count = 1; count < get(best) && Tried < most; count *= 2)
        {
            if (Fails(set(best, count)))
                return set(best, count);
        }

        return best;
    }

    private SimulationOptions Shorten(SimulationOptions best)
    {
        for (var part = 0.5; part < 0.95 && Tried < most; part = 1 - ((1 - part) / 2))
        {
            while (Tried < most && Fails(best with { Faulty = best.Faulty * part }))
                best = best with { Faulty = best.Faulty * part };
        }

        return best;
    }

    private SimulationOptions Try(SimulationOptions best, SimulationOptions candidate) =>
        Fails(candidate) ? candidate : best;

    private bool Fails(SimulationOptions candidate)
    {
        Tried++;
        return fails(candidate);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
