using Divvy.Simulation.Runs;
using Divvy.Simulation.World;

namespace Divvy.Simulation.Streams;

/// <summary>The workers of a run and what happens to them.</summary>
internal sealed class StreamFleet
{
    private readonly SimWorld world;
    private readonly StreamSettings settings;
    private readonly SimRandom random;
    private readonly SortedDictionary<string, StreamNode> nodes = new(StringComparer.Ordinal);
    private readonly LeaseBook book;
    private int started;

    public StreamFleet(SimWorld world, StreamSettings settings, RunReport report)
    {
        this.world = world;
        this.settings = settings;
        random = world.Fork("fleet");
        Stream = new SimStream(world, settings.Shards);
        Service = new SimLeaseService(world);
        book = new LeaseBook(world, Stream, Service, settings.ParentsFirst, report);
        for (var number = 0; number < settings.Workers; number++)
            Add();
    }

    public SimStream Stream { get; }

    public SimLeaseService Service { get; }

    public IReadOnlyList<StreamNode> Living => [.. nodes.Values.Where(static node => node.IsUp)];

    public void Add() => Start($"worker-{started++}");

    /// <summary>Starts a process of this name.</summary>
    public void Start(string name)
    {
        var drift = settings.Drift * ((random.Fraction() * 2) - 1);
        var node = new StreamNode(
            world.Start(name, new ClockFault(TimeSpan.Zero, drift)), Service, Stream, book, settings);
        nodes[name] = node;
        node.Start();
    }

    public void Restart(StreamNode node)
    {
        if (nodes[node.Name] == node && !node.IsUp)
            Start(node.Name);
    }

    /// <summary>Adds or stops a worker, splits or merges a shard.</summary>
    public void Change()
    {
        var staying = Living.Where(static node => !node.IsLeaving).ToList();
        switch (random.Below(4))
        {
            case 0 when staying.Count < 7:
                Add();
                break;
            case 1 when staying.Count > 1:
                _ = random.Pick(staying).StopAsync();
                break;
            case 2 when Stream.Open.Count() < 20:
                Stream.Split();
                break;
            case 3:
                Stream.Merge();
                break;
        }
    }

    /// <summary>What keeps the fleet from being as it should be; null: nothing.</summary>
    public string? Missing()
    {
        var living = Living;
        if (living.FirstOrDefault(static node => node.IsLeaving) is { } leaving)
            return $"{leaving.Life} still leaves";
        var held = living.SelectMany(static node => node.Held).ToHashSet(StringComparer.Ordinal);
        foreach (var shard in Stream.Shards.Values)
        {
            var isDone = Service.Leases.TryGetValue(shard.Shard.Id, out var lease) ? lease.IsFinished : shard.Shard.IsClosed;
            if (shard.Shard.IsClosed && !isDone)
                return $"{shard.Shard.Id} is closed and not finished: {lease}";
            if (!shard.Shard.IsClosed && !held.Contains(shard.Shard.Id))
                return $"nobody has {shard.Shard.Id}: {lease?.ToString() ?? "no lease"}";
        }

        var counts = living.Select(static node => node.Held.Count()).ToList();
        return counts.Max() - counts.Min() > 1 ? $"workers hold {string.Join('/', counts)}" : null;
    }
}
