using Divvy.Streams.Kinesis;
using Divvy.Streams.Tests.Consuming.Fakes;

namespace Divvy.Streams.Tests.Consuming;

/// <summary>How a worker comes by its registration for enhanced fan-out, in virtual time.</summary>
public sealed class FanOutConsumersTests
{
    private static readonly string Shard = ConsumerWorld.Shard;

    [Fact]
    public async Task FindConsumer_ServiceLacksFanOut_IsReportedOnceAndTheRecordsAreAskedFor()
    {
        await using var world = new ConsumerWorld(shards: 2);
        world.Options.FanOutConsumer = "billing";
        world.Kinesis.ConsumerStatus = () => throw new KinesisException("unknown", "UnknownOperationException");
        await world.StartAsync();
        world.Put("a");
        var other = FakeKinesisClient.Id(1);
        world.Kinesis.Put(ConsumerWorld.Stream, other, "b");

        world.Grant();
        world.Leases.Grant(ConsumerWorld.Stream, other);

        await world.Log.WaitForAsync($"{Shard} a");
        await world.Log.WaitForAsync($"{other} b");
        world.Reports.Events.ShouldBe(["FanOutMissing "]);
    }

    [Fact]
    public async Task FindConsumer_BeingMade_IsWaitedFor()
    {
        await using var world = new ConsumerWorld();
        world.Options.FanOutConsumer = "billing";
        var looks = 0;
        world.Kinesis.ConsumerStatus = () => ++looks < 3 ? StreamStatus.Creating : StreamStatus.Active;
        await world.StartAsync();
        world.Put("a");
        world.Grant();

        await world.AdvanceUntilAsync(world.Log.WaitForAsync($"{Shard} a"), TimeSpan.FromSeconds(1));

        looks.ShouldBe(3);
        world.Reports.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task FindConsumer_StreamMadeAnew_RegistersAgain()
    {
        await using var world = new ConsumerWorld();
        world.Options.FanOutConsumer = "billing";
        await world.StartAsync();
        world.Put("a");
        world.Kinesis.FailNext(new StreamNotFoundException("the consumer is gone"));
        world.Grant();

        await world.AdvanceUntilAsync(world.Log.WaitForAsync($"{Shard} a"), world.Options.FirstReadBackoff);

        world.Kinesis.Calls.Events.Count(call => call == "register billing").ShouldBe(2);
    }
}
