using System.Globalization;

namespace Divvy.Cli.Streams.Lab;

/// <summary>What leases cost while nothing changes hands: writes of rows, seen from outside. Each write of a row counts
/// its counter up by one, a checkpoint as well as a renewal, so two looks say how many there were. Pure.</summary>
/// <param name="Leases">How many were held by the same worker at both looks.</param>
/// <param name="Seconds">From look to look.</param>
/// <param name="Writes">Of the rows of these leases.</param>
/// <param name="Checkpoints">How many of them the application asked for, by the journals.</param>
/// <param name="Beats">Writes of the workers' own rows; null: the store has none.</param>
internal sealed record LeaseCost(int Leases, double Seconds, long Writes, long Checkpoints, long? Beats)
{
    /// <summary>One renewal in 3.308 s, which the KCL makes for every lease, checkpointed or not.</summary>
    public const double RenewalsOfKcl = 26_118;

    private const double SecondsOfADay = 86_400;

    /// <summary>Writes that only say that the owner lives, for one lease and day.</summary>
    public double RenewalsPerLeaseDay => PerLeaseDay(Math.Max(0, Writes - Checkpoints));

    public static LeaseCost Of(LeaseLook before, LeaseLook after, long checkpoints, long? beats)
    {
        var first = before.Leases.Unfinished.ToDictionary(lease => lease.Key, StringComparer.Ordinal);
        var same = after.Leases.Unfinished
            .Where(lease => first.TryGetValue(lease.Key, out var earlier) && earlier.Holder == lease.Holder)
            .ToList();
        return new(
            same.Count,
            (after.AtMs - before.AtMs) / 1000,
            same.Sum(lease => lease.Counter - first[lease.Key].Counter),
            checkpoints,
            beats);
    }

    public override string ToString()
    {
        var beats = Beats is { } count
            ? string.Create(CultureInfo.InvariantCulture, $"{PerLeaseDay(count):0} beats of workers")
            : "no beats: a worker keeps its session alive, which writes no row";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Leases} leases for {Seconds:0.0} s, for each lease and day: {RenewalsPerLeaseDay:0} renewals, "
                + $"{PerLeaseDay(Checkpoints):0} checkpoints, {beats}");
    }

    private double PerLeaseDay(long writes) => Leases == 0 ? 0 : writes / (Leases * Seconds) * SecondsOfADay;
}
