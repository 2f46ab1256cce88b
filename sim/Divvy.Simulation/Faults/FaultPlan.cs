using System.Collections.Immutable;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Faults;

/// <summary>Everything that is going to go wrong in a run. It is drawn before the run begins, and each fault has a
/// number, so a run that found something can be repeated with fewer of them.</summary>
internal sealed class FaultPlan
{
    private const int Targets = 1_000_000;

    /// <summary>What an aimed fault lasts longer, as the moments that it waits for have to come.</summary>
    private static readonly TimeSpan aimedLasts = TimeSpan.FromSeconds(2);

    private FaultPlan(ImmutableArray<Fault> faults) => Faults = faults;

    public ImmutableArray<Fault> Faults { get; }

    /// <summary>Draws a plan.</summary>
    /// <param name="random">Where its numbers come from.</param>
    /// <param name="kinds">What may go wrong; a run has some of these, and one of them more than the others.</param>
    /// <param name="length">Until when faults may begin; all have ended by then too.</param>
    /// <param name="every">Mean time between two beginnings.</param>
    /// <param name="lasting">Mean time that one lasts.</param>
    /// <param name="aimed">Those of the kinds that wait for a moment of the protocol. In some runs one of them is what
    /// goes wrong most: what they find, the others hit upon once in thousands of runs.</param>
    public static FaultPlan Draw(
        SimRandom random,
        IReadOnlyList<FaultKind> kinds,
        TimeSpan length,
        TimeSpan every,
        TimeSpan lasting,
        IReadOnlyList<FaultKind>? aimed = null)
    {
        // A run in which everything goes wrong at once gets nowhere: each has a few kinds, and so can go far in them.
        var chosen = kinds.ToArray();
        random.Shuffle(chosen);
        chosen = chosen[..Math.Min(chosen.Length, random.Between(1, 5))];
        var isAimed = aimed is { Count: > 0 } && random.Chance(0.45);
        if (isAimed)
            chosen[0] = random.Pick(aimed!);
        var faults = ImmutableArray.CreateBuilder<Fault>();
        for (var at = random.Exponential(every); at < length; at += random.Exponential(every))
        {
            var kind = random.Chance(0.3) ? chosen[0] : random.Pick(chosen);
            var lasts = Least(kind) + random.Exponential(lasting);
            if (isAimed && kind == chosen[0])
                lasts += aimedLasts;
            if (at + lasts > length)
                lasts = length - at;
            faults.Add(new Fault(
                faults.Count + 1, kind, at, lasts, random.Below(Targets), random.Below(Targets)));
        }

        return new FaultPlan(faults.ToImmutable());
    }

    /// <summary>The same plan, or one in two of them: one in which most faults wait for what the workload has to
    /// offer.</summary>
    /// <param name="random">Where its numbers come from.</param>
    /// <param name="aims">What can be waited for, and by which kinds of faults; null: nothing.</param>
    public FaultPlan Aimed(SimRandom random, AimChoice? aims)
    {
        if (aims is null || random.Chance(0.5))
            return this;
        // Faults that wait for the same strike together, which is what it takes to break most rules.
        var moments = aims.Moments.ToArray();
        random.Shuffle(moments);
        moments = moments[..random.Between(1, 2)];
        var lasting = TimeSpan.FromSeconds(random.Pick([0.3, 2, 6]));
        return new FaultPlan([.. Faults.Select(fault => random.Chance(0.7) ? Aimed(fault) : fault)]);

        Fault Aimed(Fault fault)
        {
            var kind = random.Pick(aims.Kinds);
            var after = random.Exponential(TimeSpan.FromMilliseconds(random.Pick([0, 0.3, 3, 300])));
            return fault with
            {
                Kind = kind,
                Lasts = Least(kind) + random.Exponential(lasting),
                Aim = new Aim(random.Pick(moments), random.Pick(aims.Parts), after),
            };
        }
    }

    /// <summary>The same plan, and in a quarter of the runs a few faults more, all of one kind. What the others find is
    /// found as before.</summary>
    /// <param name="random">Where its numbers come from.</param>
    /// <param name="kinds">What may go wrong besides; each waits for a moment of the protocol by itself.</param>
    /// <param name="length">Until when they may begin; they have ended by then too.</param>
    public FaultPlan And(SimRandom random, IReadOnlyList<FaultKind> kinds, TimeSpan length)
    {
        if (kinds.Count == 0 || !random.Chance(0.25))
            return this;
        var kind = random.Pick(kinds);
        var more = Faults.ToBuilder();
        for (var left = random.Between(1, 3); left > 0; left--)
        {
            var at = random.Between(TimeSpan.Zero, length * 0.7);
            var lasts = Least(kind) + random.Exponential(aimedLasts);
            more.Add(new Fault(
                more.Count + 1, kind, at, at + lasts > length ? length - at : lasts, random.Below(Targets),
                random.Below(Targets)));
        }

        return new FaultPlan(more.ToImmutable());
    }

    /// <summary>The same plan with only some of its faults, which keep their numbers.</summary>
    public FaultPlan Only(IReadOnlySet<int> numbers) => new([.. Faults.Where(fault => numbers.Contains(fault.Number))]);

    /// <summary>What a fault of a kind lasts at least, to be noticed at all.</summary>
    private static TimeSpan Least(FaultKind kind) => kind switch
    {
        FaultKind.Behind or FaultKind.StaleServer or FaultKind.Relic => TimeSpan.FromSeconds(5),
        FaultKind.ChangeSplit => TimeSpan.FromSeconds(4),
        FaultKind.LongReign or FaultKind.OldController => TimeSpan.FromSeconds(6),
        FaultKind.Severed or FaultKind.Succession => TimeSpan.FromSeconds(3),
        FaultKind.Deaf => TimeSpan.FromSeconds(2),
        _ => TimeSpan.FromMilliseconds(1),
    };
}
