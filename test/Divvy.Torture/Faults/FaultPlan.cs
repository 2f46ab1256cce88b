namespace Divvy.Torture.Faults;

/// <summary>What one round does, all of it drawn from the seed of the run and the number of the round.</summary>
/// <remarks>Victims are positions. The writers work for After; members are killed Into what is being done, or into their
/// start, and stay dead for Down; a failpoint is passed SkippedHits times before it panics; who is paused or cut off stays so
/// for Lasts, and what was held back meanwhile is lost with its connections if the plan Loses it.</remarks>
public sealed record FaultPlan(
    FaultKind Kind,
    IReadOnlyList<int> Victims,
    TimeSpan After,
    TimeSpan Into,
    TimeSpan Down,
    int SkippedHits,
    TimeSpan Lasts,
    bool Loses)
{
    /// <summary>There are many failpoints: one is drawn this many times as often as any other kind.</summary>
    private const int FailpointWeight = 3;

    private static readonly FaultKind[] anyNumber =
    [
        FaultKind.Kill, FaultKind.KillTwice, FaultKind.KillDuringDefragmentation, FaultKind.KillDuringCompaction,
        FaultKind.KillDuringSnapshot, FaultKind.CutClients,
    ];

    /// <summary>A single member has nobody to be cut off from, and its pause shows nothing that its death does not.</summary>
    private static readonly FaultKind[] severalOnly =
    [
        FaultKind.PauseThenKill, FaultKind.Pause, FaultKind.Isolate, FaultKind.Mute, FaultKind.Deafen, FaultKind.CutOneLink,
    ];

    public static FaultPlan Draw(Random random, int members, bool hasFailpoints)
    {
        // One victim of one; of several, mostly one, at times more (no quorum is left) or all.
        var count = members == 1 || random.Next(10) < 6 ? 1 : random.Next(2, members + 1);
        int[] order = [.. Enumerable.Range(0, members)];
        random.Shuffle(order);
        FaultKind[] kinds =
        [
            .. anyNumber,
            .. members > 1 ? severalOnly : [],
            .. hasFailpoints ? Enumerable.Repeat(FaultKind.PanicAtFailpoint, FailpointWeight) : [],
        ];
        var kind = kinds[random.Next(kinds.Length)];
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
            SkippedHits: random.Next(3) == 0 ? random.Next(1, 40) : 0,
            Lasts: TimeSpan.FromMilliseconds(random.Next(100, 3_000)),
            Loses: random.Next(2) == 0);
    }
}
