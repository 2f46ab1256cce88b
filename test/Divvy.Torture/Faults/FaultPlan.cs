namespace Divvy.Torture.Faults;

/// <summary>What one round does, all of it drawn from the seed of the run and the number of the round.</summary>
/// <remarks>Victims are positions. The writers work for After; members are killed Into what is being done, or into their
/// start, and stay dead for Down; a failpoint is passed SkippedHits times before it panics.</remarks>
public sealed record FaultPlan(
    FaultKind Kind, IReadOnlyList<int> Victims, TimeSpan After, TimeSpan Into, TimeSpan Down, int SkippedHits)
{
    /// <summary>There are many failpoints: one is drawn this many times as often as any other kind.</summary>
    private const int FailpointWeight = 3;

    public static FaultPlan Draw(Random random, int members, bool hasFailpoints)
    {
        // One victim of one; of three, mostly one, at times two (no quorum is left) or all.
        var count = members == 1 || random.Next(10) < 6 ? 1 : random.Next(2, members + 1);
        int[] order = [.. Enumerable.Range(0, members)];
        random.Shuffle(order);
        var kind = (FaultKind)Math.Min(
            random.Next(hasFailpoints ? FailpointWeight + (int)FaultKind.PanicAtFailpoint : (int)FaultKind.PanicAtFailpoint),
            (int)FaultKind.PanicAtFailpoint);

        // A single member that stands still shows nothing that its death does not.
        if (kind == FaultKind.PauseThenKill && members == 1)
            kind = FaultKind.Kill;
        var into = kind switch
        {
            FaultKind.KillTwice => 300,
            FaultKind.PauseThenKill => 100,
            _ => 15,
        };
        return new FaultPlan(
            kind,
            order[..count],
            After: TimeSpan.FromMilliseconds(random.Next(10, 120)),
            Into: TimeSpan.FromMilliseconds(random.Next(0, into)),
            Down: TimeSpan.FromMilliseconds(members == 1 ? 0 : random.Next(0, 250)),
            SkippedHits: random.Next(3) == 0 ? random.Next(1, 40) : 0);
    }
}
