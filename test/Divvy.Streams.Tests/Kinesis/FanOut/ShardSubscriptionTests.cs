using Divvy.Streams.Kinesis;
using Divvy.TestKit.Kinesis;

namespace Divvy.Streams.Tests.Kinesis.FanOut;

/// <summary>Enhanced fan-out over HTTP/2 against the fake service.</summary>
public sealed class ShardSubscriptionTests : IAsyncLifetime
{
    private const string Arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    private const string ShardId = "shardId-000000000000";

    private readonly CancellationTokenSource limit = new(StreamFixtures.Patience);
    private FanOutServer server = null!;
    private KinesisClient client = null!;
    private StreamConsumer consumer = null!;

    public async Task InitializeAsync()
    {
        server = await FanOutServer.StartAsync();
        client = StreamFixtures.Client(server.Address);
        consumer = await client.RegisterStreamConsumerAsync(Arn, "app", limit.Token);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        limit.Dispose();
    }

    [Fact]
    public async Task Register_NameTaken_FindsTheConsumer()
    {
        consumer.Status.ShouldBe(StreamStatus.Creating);

        var again = await client.RegisterStreamConsumerAsync(Arn, "app", limit.Token);

        again.Arn.ShouldBe(consumer.Arn);
        again.Status.ShouldBe(StreamStatus.Active);
    }

    [Fact]
    public async Task Subscribe_ToTheShardsEnd_GivesEveryRecordOnceThenTheChildren()
    {
        server.Shard(ShardId).Append("a", "b");
        var reader = Read();
        (await NextAsync(reader)).ShouldBe(["a", "b"]);
        server.Shard(ShardId).Append("c");
        (await NextAsync(reader)).ShouldBe(["c"]);

        server.Shard(ShardId).Close("shardId-000000000001", "shardId-000000000002");

        (await reader.MoveNextAsync()).ShouldBeTrue();
        reader.Current.IsShardEnd.ShouldBeTrue();
        reader.Current.Children.Select(child => child.Id)
            .ShouldBe(["shardId-000000000001", "shardId-000000000002"]);
        reader.Current.Children[0].Parents.ShouldBe([ShardId]);
        (await reader.MoveNextAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Subscribe_EndedByTheService_GoesOnBehindTheLastEvent()
    {
        server.Shard(ShardId).Append("a", "b");
        var reader = Read();
        (await NextAsync(reader)).ShouldBe(["a", "b"]);

        server.EndSubscriptions();
        server.Shard(ShardId).Append("c");
        (await NextAsync(reader)).ShouldBe(["c"]);

        // The end may have come before or behind the new record: each event is seen once either way.
        server.EndSubscriptions();
        server.Shard(ShardId).Append("d");
        (await NextAsync(reader)).ShouldBe(["d"]);
        server.Positions[0]["Type"]!.ToString().ShouldBe("TRIM_HORIZON");
        server.Positions.Skip(1).ShouldAllBe(
            position => position["Type"]!.ToString() == "AFTER_SEQUENCE_NUMBER");
        server.Positions[1]["SequenceNumber"]!.ToString().ShouldBeOneOf("2", "3");
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("damage")]
    [InlineData("internal")]
    [InlineData("throttle")]
    public async Task Subscribe_Disturbed_LosesAndRepeatsNothing(string disturbance)
    {
        server.Disturb(events =>
        {
            switch (disturbance)
            {
                case "cut":
                    events.Cut();
                    break;
                case "damage":
                    events.Damage();
                    break;
                case "internal":
                    events.Throw("InternalFailureException", "inside");
                    break;
                default:
                    events.Throw("KMSThrottlingException", "slowly");
                    break;
            }
        });
        server.Shard(ShardId).Append("a");
        var reader = Read();
        List<string> seen = [.. await NextAsync(reader)];

        server.Shard(ShardId).Append("b");
        seen.AddRange(await NextAsync(reader));

        seen.ShouldBe(["a", "b"]);
        server.Positions.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Subscribe_SilentTooLong_IsOpenedAgain()
    {
        using var impatient = StreamFixtures.Client(server.Address, options =>
        {
            options.SubscriptionIdleTimeout = TimeSpan.FromMilliseconds(50);
            options.Retry.MaxAttempts = 1000;
        });
        server.Shard(ShardId).Append("a");
        await using var reader = impatient
            .SubscribeToShardAsync(consumer.Arn, ShardId, ShardIteratorRequest.TrimHorizon, null, limit.Token)
            .GetAsyncEnumerator();
        (await NextAsync(reader)).ShouldBe(["a"]);

        var next = reader.MoveNextAsync();
        while (server.Positions.Count < 2)
            await Task.Delay(5, limit.Token);
        server.Shard(ShardId).Append("b");

        (await next).ShouldBeTrue();
        reader.Current.Records.Single().Text().ShouldBe("b");
    }

    [Fact]
    public async Task Subscribe_ExceptionThatStays_EndsWithIt()
    {
        server.Disturb(events => events.Throw("ResourceNotFoundException", "the consumer is gone"));
        server.Shard(ShardId).Append("a");
        var reader = Read();
        await NextAsync(reader);

        var failure = await Should.ThrowAsync<StreamNotFoundException>(reader.MoveNextAsync().AsTask());

        failure.Message.ShouldContain("the consumer is gone");
        failure.Message.ShouldContain(ShardId);
    }

    [Fact]
    public async Task Subscribe_ShardMissing_SaysSo()
    {
        await using var reader = client
            .SubscribeToShardAsync(consumer.Arn, "none", ShardIteratorRequest.Latest, null, limit.Token)
            .GetAsyncEnumerator();

        await Should.ThrowAsync<StreamNotFoundException>(reader.MoveNextAsync().AsTask());
    }

    private IAsyncEnumerator<RecordBatch> Read() =>
        client.SubscribeToShardAsync(consumer.Arn, ShardId, ShardIteratorRequest.TrimHorizon, null, limit.Token)
            .GetAsyncEnumerator();

    private static async Task<List<string>> NextAsync(IAsyncEnumerator<RecordBatch> reader)
    {
        (await reader.MoveNextAsync()).ShouldBeTrue();
        return [.. reader.Current.Records.Select(record => record.Text())];
    }
}
