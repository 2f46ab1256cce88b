namespace Divvy.Store.Failpoints;

/// <summary>The failpoints of one store member, by name. Names are etcd's where the same place exists. Thread-
/// safe.</summary>
public sealed class FailpointRegistry
{
    private readonly SortedDictionary<string, Failpoint> points = new(StringComparer.Ordinal);
    private readonly FailpointEffects effects;
    private readonly int seed;

    /// <param name="effects">What they do to the world; the real ones by default.</param>
    /// <param name="seed">Of the dice that probabilities are rolled with.</param>
    public FailpointRegistry(FailpointEffects? effects = null, int seed = 1) =>
        (this.effects, this.seed) = (effects ?? FailpointEffects.Real, seed);

    /// <summary>All of them, in ordinal order.</summary>
    public IReadOnlyList<Failpoint> All
    {
        get
        {
            lock (points)
                return [.. points.Values];
        }
    }

    /// <summary>The failpoint of a name, made when it is new: the places in the code name themselves at
    /// start.</summary>
    public Failpoint Define(string name)
    {
        lock (points)
        {
            if (!points.TryGetValue(name, out var point))
                points.Add(name, point = new Failpoint(name, effects, new Random(seed + points.Count)));
            return point;
        }
    }

    /// <summary>Finds a failpoint by its name, or by the full path that older gofail versions use
    /// (<c>go.etcd.io/etcd/wal/walBeforeSync</c>).</summary>
    public Failpoint? Find(string name)
    {
        lock (points)
            return points.GetValueOrDefault(name[(name.LastIndexOf('/') + 1)..]);
    }

    /// <summary>Sets several at once, as <c>GOFAIL_FAILPOINTS</c> gives them: <c>a=terms;b=terms</c>. Returns what
    /// could not be set; then
    /// nothing was.</summary>
    public IReadOnlyList<string> SetAll(string assignments)
    {
        const StringSplitOptions plain = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var parsed = assignments.Split([';', '\n'], plain)
            .Select(one => one.Split('=', 2))
            .Select(parts => (Name: parts[0], Terms: parts.Length == 2 ? parts[1] : ""))
            .ToList();
        var wrong = parsed.Where(one => Find(one.Name) is null || FailpointTerms.Parse(one.Terms) is null)
            .Select(one => $"{one.Name}={one.Terms}").ToList();
        if (wrong.Count == 0)
            parsed.ForEach(one => Find(one.Name)!.TrySet(one.Terms));
        return wrong;
    }
}
