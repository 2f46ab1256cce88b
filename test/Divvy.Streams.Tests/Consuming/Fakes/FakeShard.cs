using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Tests.Consuming.Fakes;

/// <summary>A shard in memory; <see cref="FakeKinesisClient"/> locks it.</summary>
internal sealed class FakeShard(string id, string[] parents, HashKeyRange keys)
{
    public string Id { get; } = id;

    public HashKeyRange Keys { get; } = keys;

    public List<StreamRecord> Records { get; } = [];

    public bool IsClosed { get; set; }

    public List<StreamShard> Children { get; } = [];

    public StreamShard Description => new(Id, [.. parents], Keys, IsClosed);
}
