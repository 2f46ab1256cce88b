namespace Divvy.Core.Streams;

/// <summary>What the rows of a lease table say of each other: who came from whom.</summary>
public sealed class Lineage
{
    private readonly Dictionary<string, StreamLease> rows = new(StringComparer.Ordinal);
    private readonly HashSet<string> parents = new(StringComparer.Ordinal);

    /// <param name="rows">All rows of the table.</param>
    public Lineage(IEnumerable<StreamLease> rows)
    {
        foreach (var row in rows)
        {
            this.rows[row.Key] = row;
            foreach (var parent in row.Parents)
                parents.Add(parent);
        }
    }

    /// <summary>Whether a lease's shard may be processed: it is not finished, and its parents are, or it need not wait.
    /// A parent that has no row does not hold it up: it is older than the table, or was cleaned up.</summary>
    public bool IsReady(StreamLease lease, bool parentsFirst)
    {
        if (lease.IsFinished)
            return false;
        if (!parentsFirst)
            return true;
        foreach (var parent in lease.Parents)
        {
            if (rows.TryGetValue(parent, out var row) && !row.IsFinished)
                return false;
        }

        return true;
    }

    /// <summary>Whether a parent of the lease has no row.</summary>
    public bool LacksParent(StreamLease lease) => lease.Parents.Any(parent => !rows.ContainsKey(parent));

    /// <summary>Whether a lease is of a closed shard whose children have leases already: it comes to an end by itself,
    /// counts for no quota and no cap, and is not moved for balance.</summary>
    public bool IsDraining(StreamLease lease) =>
        !lease.IsFinished && (lease.Children.Length > 0 || parents.Contains(lease.Key));

    /// <summary>Whether a finished lease may be deleted: its children are under way, and its own parents are gone. With
    /// neither child it may go only when its shard is gone too.</summary>
    public bool IsRemovable(StreamLease lease, bool shardIsListed)
    {
        if (!lease.IsFinished)
            return false;
        foreach (var parent in lease.Parents)
        {
            if (rows.ContainsKey(parent))
                return false;
        }

        var children = rows.Values.Where(row => row.Parents.Contains(lease.Key)).ToList();
        if (lease.Children.Any(child => !rows.ContainsKey(child)) && shardIsListed)
            return false;
        return children.Count == 0
            ? !shardIsListed
            : children.TrueForAll(child => child.Checkpoint.IsRecord || child.IsFinished);
    }
}
