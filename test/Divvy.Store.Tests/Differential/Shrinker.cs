namespace Divvy.Store.Tests.Differential;

/// <summary>Makes a failing list short: leaves out halves, quarters and so on down to single items, as long as what
/// is left still fails (delta debugging, Zeller and Hildebrandt 2002, without complements).</summary>
internal static class Shrinker
{
    /// <param name="failing">A list that fails.</param>
    /// <param name="fails">Tries a shorter one.</param>
    /// <param name="attempts">Tries at most.</param>
    public static async Task<List<T>> ShrinkAsync<T>(
        IReadOnlyList<T> failing, Func<IReadOnlyList<T>, Task<bool>> fails, int attempts)
    {
        var current = failing.ToList();
        for (var piece = Math.Max(1, current.Count / 2); ; piece /= 2)
        {
            for (var start = 0; start < current.Count && attempts > 0;)
            {
                var shorter = current.ToList();
                shorter.RemoveRange(start, Math.Min(piece, current.Count - start));
                attempts--;
                if (await fails(shorter))
                    current = shorter;
                else
                    start += piece;
            }
            if (piece == 1 || attempts == 0)
                return current;
        }
    }
}
