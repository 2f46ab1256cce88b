namespace Divvy.Cli.Streams.Lab;

/// <summary>Judges looks at the leases by whether somebody owned each. Pure.</summary>
/// <remarks>A lease that has an owner keeps having one: a handover names the next before the last lets go. Only a new
/// one is nobody's, from the moment its parent's end makes its row until a worker has taken it: it is not processed
/// before, and could not be, and how long that may take is a bar of its own.</remarks>
internal sealed class OwnershipWatch
{
    private readonly HashSet<string> owned = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> since = new(StringComparer.Ordinal);

    /// <summary>How many looks were taken.</summary>
    public int Looks { get; private set; }

    /// <summary>Times a lease was seen without owner that had been seen with one.</summary>
    public int Abandoned { get; private set; }

    /// <summary>New leases that were seen before anybody had taken them.</summary>
    public int New { get; private set; }

    /// <summary>The longest that a new lease was seen without owner; 0: none was seen twice.</summary>
    public double LongestNewMs { get; private set; }

    /// <summary>Takes a look that is not judged: it says who had an owner before.</summary>
    public void Know(LeaseLook look) =>
        owned.UnionWith(look.Leases.Unfinished.Where(lease => lease.Holder is not null).Select(lease => lease.Key));

    /// <summary>Takes a look; looks come in the order of their times.</summary>
    public void Take(LeaseLook look)
    {
        Looks++;
        foreach (var lease in look.Leases.Unassigned)
        {
            if (owned.Contains(lease.Key))
                Abandoned++;
            else if (since.TryAdd(lease.Key, look.AtMs))
                New++;
            else
                LongestNewMs = Math.Max(LongestNewMs, look.AtMs - since[lease.Key]);
        }
        Know(look);
    }
}
