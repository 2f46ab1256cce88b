using Divvy.Core.Streams;

namespace Divvy.Simulation.Streams;

/// <summary>A shard and how many records it has.</summary>
internal sealed class SimShard(StreamShard shard)
{
    public StreamShard Shard { get; private set; } = shard;

    public long Records { get; set; }

    public void Close() => Shard = Shard with { IsClosed = true };
}
