namespace Divvy.Core.Streams;

/// <summary>Looks for keys that no lease covers: a shard of which nobody created the lease.</summary>
public static class HashRangeAudit
{
    /// <summary>The parts of the key space that no unfinished lease covers, in order. Leases that do not say their
    /// range (written before the KCL kept it) make an answer impossible: then none.</summary>
    public static IReadOnlyList<HashKeyRange> Holes(IEnumerable<StreamLease> leases)
    {
        var holes = new List<HashKeyRange>();
        var open = leases.Where(static lease => !lease.IsFinished).ToList();
        if (open.Exists(static lease => lease.HashKeys is null))
            return holes;
        var next = UInt128.Zero;
        foreach (var range in open.Select(static lease => lease.HashKeys!.Value).OrderBy(static range => range.Start))
        {
            if (range.Start > next)
                holes.Add(new HashKeyRange(next, range.Start - 1));
            if (range.End == UInt128.MaxValue)
                return holes;
            next = UInt128.Max(next, range.End + 1);
        }

        holes.Add(new HashKeyRange(next, UInt128.MaxValue));
        return holes;
    }
}
