namespace Divvy.Cli.Lab;

/// <summary>The fewest moves that lead from one distribution of shards to a balanced one. Pure.</summary>
internal static class MoveMinimum
{
    /// <summary>Counts the moves that cannot be avoided: every shard of an instance that is gone, and of the others
    /// what
    /// is above their fair share. Shares differ by one at most; the larger ones go to those who hold most already.
    /// </summary>
    /// <param name="before">Shards by instance, of everybody who held one.</param>
    /// <param name="after">The instances to spread them over.</param>
    public static int Count(IReadOnlyDictionary<string, int> before, IReadOnlyCollection<string> after)
    {
        ArgumentOutOfRangeException.ThrowIfZero(after.Count);
        var total = before.Values.Sum();
        var (share, larger) = Math.DivRem(total, after.Count);
        var stays = after
            .Select(instance => before.GetValueOrDefault(instance))
            .OrderDescending()
            .Select((held, place) => Math.Min(held, place < larger ? share + 1 : share))
            .Sum();
        return total - stays;
    }
}
