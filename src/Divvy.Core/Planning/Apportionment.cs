namespace Divvy.Core.Planning;

/// <summary>Whole shares by weight: the largest-remainder method (Hamilton), with lower bounds for what cannot leave.
/// <para>Among equal remainders the extra one goes to whoever already holds the most: it is there already, so each tie
/// broken that way saves a move. An instance whose bound is above its share keeps its bound, and the others share the
/// rest.</para></summary>
internal static class Apportionment
{
    // Remainders closer than this count as equal, so that rounding of doubles decides nothing.
    private const double RemainderSteps = 1e6;

    /// <summary>Shares that add up to <paramref name="total"/>, or to the sum of the bounds if that is more.</summary>
    /// <param name="total">What there is to share.</param>
    /// <param name="weights">By party; a weight of 0 gets no more than its bound.</param>
    /// <param name="atLeast">By party: its lower bound.</param>
    /// <param name="held">By party: what it holds now; decides ties.</param>
    public static int[] Share(int total, double[] weights, int[] atLeast, int[] held)
    {
        var shares = new int[weights.Length];
        var open = new List<int>(weights.Length);
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0) open.Add(i);
            else (shares[i], total) = (atLeast[i], total - atLeast[i]);
        }
        var bounded = 0;
        do
        {
            ShareAmong(open, Math.Max(0, total), weights, held, shares);
            bounded = 0;
            for (var o = open.Count - 1; o >= 0; o--)
            {
                var party = open[o];
                if (shares[party] >= atLeast[party]) continue;
                shares[party] = atLeast[party];
                total -= atLeast[party];
                open.RemoveAt(o);
                bounded++;
            }
        }
        while (bounded > 0 && open.Count > 0);
        return shares;
    }

    private static void ShareAmong(List<int> parties, int total, double[] weights, int[] held, int[] shares)
    {
        if (parties.Count == 0) return;
        var weight = 0.0;
        foreach (var party in parties) weight += weights[party];

        var byRemainder = new (long Remainder, int Held, int Party)[parties.Count];
        var given = 0;
        for (var p = 0; p < byRemainder.Length; p++)
        {
            var party = parties[p];
            var quota = total * (weights[party] / weight);
            // A quota that rounding left a hair below a whole number is that whole number.
            shares[party] = (int)Math.Floor(quota + 1 / RemainderSteps);
            given += shares[party];
            var remainder = (long)Math.Round((quota - shares[party]) * RemainderSteps);
            byRemainder[p] = (remainder, held[party], party);
        }
        Array.Sort(byRemainder, static (left, right) =>
        {
            if (left.Remainder != right.Remainder) return right.Remainder.CompareTo(left.Remainder);
            return left.Held != right.Held ? right.Held.CompareTo(left.Held) : left.Party.CompareTo(right.Party);
        });
        for (var left = total - given; left > 0; left--) shares[byRemainder[total - given - left].Party]++;
    }
}
