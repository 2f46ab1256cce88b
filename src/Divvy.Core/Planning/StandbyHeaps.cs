namespace Divvy.Core.Planning;

/// <summary>Instances by how many standbys they already are for their capacity, zone by zone, so that the least loaded
/// outside a zone is found without looking at each.</summary>
internal sealed class StandbyHeaps
{
    // Outside the owner's zone an instance may be filled to this multiple of its share: zones of unequal size must not
    // make the one instance of a small zone everybody's standby.
    private const double ZonePreferenceLimit = 2;

    private readonly ClusterModel model;
    private readonly int[] zoneOf;
    private readonly LoadHeap[] zones;

    public StandbyHeaps(ClusterModel model, int wanted)
    {
        this.model = model;
        zoneOf = new int[model.Instances.Length];
        Counts = new int[model.Instances.Length];
        Shares = new double[model.Instances.Length];
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var weight = 0.0;
        for (var i = 0; i < zoneOf.Length; i++)
        {
            numbers.TryAdd(model.Instances[i].Zone, numbers.Count);
            zoneOf[i] = numbers[model.Instances[i].Zone];
            if (model.Accepts[i]) weight += model.Weight[i];
        }
        zones = new LoadHeap[numbers.Count];
        for (var z = 0; z < zones.Length; z++) zones[z] = new LoadHeap(zoneOf.Length);
        for (var i = 0; i < zoneOf.Length; i++)
        {
            if (!model.Accepts[i]) continue;
            Shares[i] = wanted * (model.Weight[i] / weight);
            Add(i, 0);
        }
    }

    /// <summary>By instance: shards it is a standby of.</summary>
    public int[] Counts { get; }

    /// <summary>By instance: its fair share of all standbys; 0 for one that takes none.</summary>
    public double[] Shares { get; }

    public void Add(int instance, int difference)
    {
        Counts[instance] += difference;
        if (model.Accepts[instance])
        {
            zones[zoneOf[instance]].Set(instance, (Counts[instance] + 1) / model.Weight[instance]);
        }
    }

    /// <summary>The best standby for a shard of this owner, other than those in <paramref name="aside"/>.</summary>
    public int Choose(int owner, ReadOnlySpan<int> aside)
    {
        var elsewhere = ClusterModel.Nobody;
        for (var z = 0; z < zones.Length; z++)
        {
            if (z == zoneOf[owner]) continue;
            var lowest = zones[z].Lowest(aside);
            if (lowest >= 0 && (elsewhere < 0 || Load(lowest) < Load(elsewhere))) elsewhere = lowest;
        }
        if (elsewhere >= 0 && Counts[elsewhere] < ZonePreferenceLimit * Shares[elsewhere] + 1) return elsewhere;
        var here = zones[zoneOf[owner]].Lowest(aside);
        return here >= 0 ? here : elsewhere;
    }

    /// <summary>Whether giving <paramref name="to"/>'s place to the other loses a zone of its own.</summary>
    public bool LosesZone(int owner, int from, int to) =>
        zoneOf[from] != zoneOf[owner] && zoneOf[to] == zoneOf[owner];

    private double Load(int instance) => (Counts[instance] + 1) / model.Weight[instance];
}
