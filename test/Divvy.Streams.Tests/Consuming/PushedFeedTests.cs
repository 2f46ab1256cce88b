using Divvy.Core.Streams;
using Divvy.Streams.Consuming;
using Divvy.Streams.Leases;
using Divvy.Streams.Tests.Consuming.Fakes;
using Divvy.TestKit;

namespace Divvy.Streams.Tests.Consuming;

public sealed class PushedFeedTests
{
    private static readonly string Shard = ConsumerWorld.Shard;

    [Fact]
    public async Task Next_NoRoomForTheEvent_TakesItInWhenThereIs()
    {
        var time = new ManualTimeProvider();
        using var kinesis = new FakeKinesisClient(time);
        kinesis.Create(ConsumerWorld.Stream, 1);
        kinesis.Put(ConsumerWorld.Stream, Shard, new byte[1 << 20]);
        var gate = new ReadGate(ReadBudget.SmallestLimit, 10_000);
        var other = gate.Open();
        await gate.EnterAsync(other, ReadBudget.SmallestLimit - (1 << 20), default);
        var term = new LeaseTerm(ConsumerWorld.Stream, Shard, new StreamLease(Shard), 1, default);
        var cursor = new ReadCursor(Checkpoint.TrimHorizon, null);
        var account = gate.Open();
        var polled = new PolledFeed(term, kinesis, gate, account, cursor, new(), time);
        using var consumers = new FanOutConsumers("billing", kinesis, time, (_, _) => { });
        await using var feed = new PushedFeed(term, kinesis, consumers, gate, account, cursor, time, polled);

        var next = feed.NextAsync(default);
        next.IsCompleted.ShouldBeFalse();
        kinesis.ServedBytes.ShouldBe(0);
        gate.Settle(other, 0, 0);

        (await next).Records.Count.ShouldBe(1);
        gate.Held.ShouldBeGreaterThan(2 << 20);
    }
}
