using Divvy.Core.Streams;
using Divvy.Simulation.World;
using Divvy.Streams.Kinesis;

namespace Divvy.Simulation.Streams;

/// <summary>A stream: shards that are split and merged, each with records numbered from 1 until it is closed.</summary>
internal sealed class SimStream(SimWorld world, int shards) : IShardSource
{
    public const string Name = "events";

    private readonly SimRandom random = world.Fork("stream");
    private readonly SortedDictionary<string, SimShard> all = Begin(shards);

    public IReadOnlyDictionary<string, SimShard> Shards => all;

    public IEnumerable<SimShard> Open => all.Values.Where(static shard => !shard.Shard.IsClosed);

    /// <summary>Puts a record into each open shard.</summary>
    public void Produce()
    {
        foreach (var shard in Open)
            shard.Records++;
    }

    /// <summary>Splits a shard in two.</summary>
    public void Split()
    {
        var open = Open.Where(static shard => shard.Shard.HashKeys.End > shard.Shard.HashKeys.Start).ToList();
        var shard = random.Pick(open);
        var (start, end) = (shard.Shard.HashKeys.Start, shard.Shard.HashKeys.End);
        var middle = start + ((end - start) / 2);
        shard.Close();
        Add(new HashKeyRange(start, middle), shard.Shard.Id);
        Add(new HashKeyRange(middle + 1, end), shard.Shard.Id);
    }

    /// <summary>Merges two adjacent shards.</summary>
    public void Merge()
    {
        var open = Open.OrderBy(static shard => shard.Shard.HashKeys.Start).ToList();
        if (open.Count < 2)
            return;
        var first = random.Below(open.Count - 1);
        var (low, high) = (open[first], open[first + 1]);
        low.Close();
        high.Close();
        Add(new HashKeyRange(low.Shard.HashKeys.Start, high.Shard.HashKeys.End), low.Shard.Id, high.Shard.Id);
    }

    public ValueTask<IReadOnlyList<StreamShard>> ListShardsAsync(string stream, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<StreamShard>>([.. all.Values.Select(static shard => shard.Shard)]);

    private static SortedDictionary<string, SimShard> Begin(int count)
    {
        var begun = new SortedDictionary<string, SimShard>(StringComparer.Ordinal);
        var width = UInt128.MaxValue / (UInt128)count;
        for (var number = 0; number < count; number++)
        {
            var end = number == count - 1 ? UInt128.MaxValue : (width * (UInt128)(number + 1)) - 1;
            var shard = new StreamShard(IdOf(number), [], new HashKeyRange(width * (UInt128)number, end), false);
            begun.Add(shard.Id, new SimShard(shard));
        }

        return begun;
    }

    private void Add(HashKeyRange range, params string[] parents)
    {
        var shard = new StreamShard(IdOf(all.Count), [.. parents], range, false);
        all.Add(shard.Id, new SimShard(shard));
    }

    private static string IdOf(int number) => $"shardId-{number:000000000000}";
}
