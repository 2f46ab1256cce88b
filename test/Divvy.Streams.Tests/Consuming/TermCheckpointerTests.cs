using Divvy.Streams.Aggregation;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Divvy.Streams.Tests.Consuming.Fakes;
using Divvy.Streams.Tests.Kinesis;

namespace Divvy.Streams.Tests.Consuming;

/// <summary>What a processor may checkpoint, through a worker.</summary>
public sealed class TermCheckpointerTests
{
    private static readonly string Shard = ConsumerWorld.Shard;

    [Fact]
    public async Task Write_LeaseOverBeforeTheStoreKnows_IsRefused()
    {
        await using var world = new ConsumerWorld();
        await world.StartAsync();
        world.Put("a");
        LeaseTerm? term = null;
        Exception? refused = null;
        world.Script.Process = async (batch, _) =>
        {
            world.Leases.Expire(term!);
            refused = await Record.ExceptionAsync(async () => await batch.Checkpointer.CheckpointAsync(default));
        };
        var begin = new TaskCompletionSource();
        world.Script.Initialize = (_, _) => begin.Task;

        term = world.Grant();
        begin.SetResult();

        await world.Log.WaitForAsync($"{Shard} disposed");
        refused.ShouldBeOfType<LeaseLostException>();
        world.Leases.Writes.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_InsideAnAggregate_TheNextHoldingGoesOnBehindIt()
    {
        await using var world = new ConsumerWorld();
        world.Script.Process = async (batch, token) =>
        {
            if (batch.Records.Count == 3)
                await batch.Checkpointer.CheckpointAsync(batch.Records[1], token);
        };
        await world.StartAsync();
        var aggregate = Aggregator.Pack([.. new[] { "a", "b", "c" }.Select(text => StreamFixtures.Entry("key", text))]);
        world.Kinesis.Put(ConsumerWorld.Stream, Shard, aggregate.Data.ToArray());
        var term = world.Grant();
        await world.Log.WaitForAsync($"{Shard} c");

        world.Leases.Lease(Shard).Checkpoint.SubSequenceNumber.ShouldBe(1);
        world.Leases.Lose(term);
        await world.Log.WaitForAsync($"{Shard} disposed");
        world.Grant();

        await world.Log.WaitForAsync($"{Shard} c", times: 2);
        world.Processed(Shard).ShouldBe(
            ["initialize", "a", "b", "c", "lost", "disposed", "initialize", "c"]);
    }

    [Fact]
    public async Task Write_RecordNotDelivered_IsRefused()
    {
        await using var world = new ConsumerWorld();
        await world.StartAsync();
        world.Put("a");
        Exception? refused = null;
        world.Script.Process = async (batch, token) => refused = await Record.ExceptionAsync(
            async () => await batch.Checkpointer.CheckpointAsync(
                new StreamRecord { PartitionKey = "x", SequenceNumber = new string('9', 60), Data = default }, token));
        world.Grant();

        await world.Log.WaitForAsync($"{Shard} a");

        refused.ShouldBeOfType<ArgumentException>();
    }

    [Fact]
    public async Task Write_Twice_IsWrittenOnceAndAnnouncementsPass()
    {
        await using var world = new ConsumerWorld();
        await world.StartAsync();
        world.Put("a");
        world.Script.Process = async (batch, token) =>
        {
            await batch.Checkpointer.AnnounceAsync(batch.Records[0], new byte[] { 7 }, token);
            await batch.Checkpointer.CheckpointAsync(batch.Records[0], token);
            await batch.Checkpointer.CheckpointAsync(token);
        };
        world.Grant();

        await world.Log.WaitForAsync($"{Shard} a");

        world.Leases.Writes.Events.ShouldBe([$"announce {Shard}", $"checkpoint {Shard}"]);
    }
}
