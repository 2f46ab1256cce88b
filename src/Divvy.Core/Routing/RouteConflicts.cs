namespace Divvy.Core.Routing;

/// <summary>Settles claims of several shards to the same keys: the older record goes (see
/// <see cref="RoutingTable"/>).</summary>
internal static class RouteConflicts
{
    /// <summary>The entries that no newer one overlaps; <paramref name="entries"/> and the result ascend by
    /// start.</summary>
    public static RouteEntry[] Resolve(RouteEntry[] entries)
    {
        bool[]? gone = null;
        var reaching = new List<int>();
        for (var i = 0; i < entries.Length; i++)
        {
            var start = entries[i].Range.Start;
            for (var r = reaching.Count - 1; r >= 0; r--)
            {
                var earlier = reaching[r];
                if (entries[earlier].Range.Last < start)
                {
                    reaching.RemoveAt(r);
                    continue;
                }
                gone ??= new bool[entries.Length];
                gone[IsOlder(entries[earlier], entries[i]) ? earlier : i] = true;
            }
            reaching.Add(i);
        }
        return gone is null ? entries : entries.Where((_, i) => !gone[i]).ToArray();
    }

    private static bool IsOlder(RouteEntry left, RouteEntry right)
    {
        if (left.Revision != right.Revision) return left.Revision < right.Revision;
        var (leftWidth, rightWidth) = (left.Range.Width, right.Range.Width);
        return leftWidth != rightWidth ? leftWidth > rightWidth : left.Shard.CompareTo(right.Shard) > 0;
    }
}
