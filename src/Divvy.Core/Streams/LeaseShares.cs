namespace Divvy.Core.Streams;

/// <summary>
/// Who should have which lease: so many each that no two workers differ by more than one, with as few moves as
/// possible.
/// <para>Nobody leads. Each worker computes the whole assignment from the table as it sees it and carries out its own
/// part: what is meant for it. That this converges without thrashing rests on three properties. It is a function of the
/// snapshot alone, so workers that see the same decide the same, and no two want one lease. What an owner gives up are
/// the last of its leases by key, so while some of them are on their way the others stay chosen. And who gets one more
/// than others depends on who has more than the even share now, then on the ids, not on how far moves have come.</para>
/// <para>The KCL's count-based leader aims at the rounded-up mean and stops when nobody is above it: 31 leases on four
/// workers and a fifth end as 7/7/7/7/3. Here the quotas are fixed first (7/6/6/6/6).</para>
/// </summary>
public static class LeaseShares
{
    /// <summary>Computes the assignment.</summary>
    /// <param name="items">The leases, in ordinal order of their keys.</param>
    /// <param name="workers">Who can have some, in ordinal order, without doubles. Owners must be among them.</param>
    /// <returns>The worker for each lease. Empty when there is no worker.</returns>
    public static SortedDictionary<string, string> Plan(IReadOnlyList<ShareItem> items, IReadOnlyList<string> workers)
    {
        var plan = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (workers.Count == 0)
            return plan;
        var held = new int[workers.Count];
        var owners = new int[items.Count];
        for (var item = 0; item < items.Count; item++)
        {
            owners[item] = items[item].Owner is { } owner ? IndexOf(workers, owner) : -1;
            if (owners[item] >= 0)
                held[owners[item]]++;
        }

        var quotas = Quotas(items.Count, held);
        TakeSurplus(items, owners, held, quotas);
        for (var item = 0; item < items.Count; item++)
        {
            if (owners[item] < 0)
                owners[item] = GiveToNeediest(held, quotas);
            plan.Add(items[item].Key, workers[owners[item]]);
        }

        return plan;
    }

    /// <summary>How many leases each worker should have, given how many it has: the even share, and one more for as
    /// many as the remainder: first for those that have more than the even share now, which saves a move
    /// each.</summary>
    public static int[] Quotas(int leases, IReadOnlyList<int> held)
    {
        var (even, remainder) = Math.DivRem(leases, held.Count);
        var quotas = new int[held.Count];
        Array.Fill(quotas, even);
        foreach (var above in (bool[])[true, false])
        {
            for (var worker = 0; worker < held.Count && remainder > 0; worker++)
            {
                if (held[worker] > even != above)
                    continue;
                quotas[worker]++;
                remainder--;
            }
        }

        return quotas;
    }

    /// <summary>Takes from each worker what is above its quota: its last leases by key, and what is being handed to it
    /// only when nothing else is left.</summary>
    private static void TakeSurplus(IReadOnlyList<ShareItem> items, int[] owners, int[] held, int[] quotas)
    {
        foreach (var moving in (bool[])[false, true])
        {
            for (var item = items.Count - 1; item >= 0; item--)
            {
                var owner = owners[item];
                if (owner < 0 || items[item].IsMoving != moving || held[owner] <= quotas[owner])
                    continue;
                held[owner]--;
                owners[item] = -1;
            }
        }
    }

    private static int GiveToNeediest(int[] held, int[] quotas)
    {
        var neediest = 0;
        for (var worker = 1; worker < held.Length; worker++)
        {
            if (quotas[worker] - held[worker] > quotas[neediest] - held[neediest])
                neediest = worker;
        }

        held[neediest]++;
        return neediest;
    }

    private static int IndexOf(IReadOnlyList<string> workers, string worker)
    {
        var (low, high) = (0, workers.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(workers[middle], worker);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }
}
