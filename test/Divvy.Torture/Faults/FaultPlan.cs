namespace Divvy.Torture.Faults;

/// <summary>What one round does, all of it drawn from the seed of the run and the number of the round.</summary>
/// <remarks>Victims are positions. The writers work for After; members are killed Into what is being done, or into their
/// start, and stay dead for Down; a failpoint is passed SkippedHits times before it panics.</remarks>
public sealed record FaultPlan(
    FaultKind Kind, IReadOnlyList<int> Victims, TimeSpan After, TimeSpan Into, TimeSpan Down, int SkippedHits)
{
    public static FaultPlan Draw(Random random, int members, bool hasFailpoints)
    {
        // One victim of one; of three, mostly one, at times two (no quorum is left) or all.
        var count = members == 1 || random.Next(10) < 6 ? 1 : random.Next(2, members + 1);
        int[] order = [.. Enumerable.Range(0, members)];
        random.Shuffle(order);
        var kinds = hasFailpoints ? 8 : 5;
        var drawn = random.Next(kinds);
        return new FaultPlan(
            drawn >= 5 ? FaultKind.PanicAtFailpoint : (FaultKind)drawn,
            order[..count],
            After: TimeSpan.FromMilliseconds(random.Next(10, 120)),
            Into: TimeSpan.FromMilliseconds(random.Next(0, drawn == (int)FaultKind.KillTwice ? 300 : 15)),
            Down: TimeSpan.FromMilliseconds(members == 1 ? 0 : random.Next(0, 250)),
            SkippedHits: random.Next(3) == 0 ? random.Next(1, 40) : 0);
    }
}
