using Divvy.Core.Streams;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Tests.Consuming.Fakes;
using Divvy.Streams.Tests.Kinesis;
using Divvy.TestKit.Kinesis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Streams.Tests.Consuming;

/// <summary>A worker to which the fake service pushes records over HTTP/2.</summary>
public sealed class FanOutWorkerTests : IAsyncLifetime
{
    private const string Stream = ConsumerWorld.Stream;
    private static readonly string Shard = FakeKinesisClient.Id(0);

    private readonly FakeLeaseStore leases = new();
    private readonly EventLog log = new();
    private readonly EventLog reports = new();
    private readonly ProcessorScript script = new();
    private FanOutServer server = null!;
    private KinesisClient client = null!;
    private StreamWorker worker = null!;

    public async Task InitializeAsync()
    {
        server = await FanOutServer.StartAsync();
        client = StreamFixtures.Client(server.Address);
        var options = new StreamConsumerOptions
        {
            ApplicationName = "billing",
            WorkerId = "worker-1",
            Streams = [Stream],
            FanOutConsumer = "billing",
            FirstReadBackoff = TimeSpan.FromMilliseconds(1),
            OnReport = report => reports.Add($"{report.Kind}"),
        };
        worker = new(
            options,
            leases,
            client,
            () => new RecordingProcessor(log, script),
            TimeProvider.System,
            NullLogger<StreamWorker>.Instance);
        await worker.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await worker.DisposeAsync();
        client.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Pushed_OverSeveralSubscriptions_ArrivesOnceInOrder()
    {
        server.Shard(Shard).Append("a", "b");
        leases.Grant(Stream, Shard);
        await log.WaitForAsync($"{Shard} b");
        server.EndSubscriptions();
        server.Shard(Shard).Append("c");
        await log.WaitForAsync($"{Shard} c");
        server.EndSubscriptions();
        server.Shard(Shard).Append("d");

        await log.WaitForAsync($"{Shard} d");

        log.Events.ShouldBe([.. new[] { "initialize", "a", "b", "c", "d" }.Select(what => $"{Shard} {what}")]);
        server.Consumers.ShouldBe(["billing"]);
        reports.Events.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("in use")]
    [InlineData("internal")]
    [InlineData("cut")]
    [InlineData("broken off")]
    [InlineData("damaged")]
    public async Task Pushed_SubscriptionDisturbed_LosesAndRepeatsNothing(string disturbance)
    {
        server.Disturb(events =>
        {
            switch (disturbance)
            {
                case "in use":
                    events.Throw("ResourceInUseException", "another subscription took its place");
                    break;
                case "internal":
                    events.Throw("InternalFailureException", "inside");
                    break;
                case "cut":
                    events.Cut();
                    break;
                case "broken off":
                    events.BreakOff();
                    break;
                default:
                    events.Damage();
                    break;
            }
        });
        server.Shard(Shard).Append("a");
        leases.Grant(Stream, Shard);
        await log.WaitForAsync($"{Shard} a");

        server.Shard(Shard).Append("b");

        await log.WaitForAsync($"{Shard} b");
        log.Events.ShouldBe([.. new[] { "initialize", "a", "b" }.Select(what => $"{Shard} {what}")]);
        server.Positions.Count.ShouldBe(2);
        // A cut can swallow the event before it, which then comes first.
        (server.Positions[1]["SequenceNumber"]?.ToString()).ShouldBeOneOf("1", disturbance == "cut" ? null : "1");
    }

    [Fact]
    public async Task Pushed_WithCheckpoint_BeginsBehindIt()
    {
        server.Shard(Shard).Append("a", "b", "c");

        leases.Grant(Stream, Shard, new StreamLease(Shard) { Checkpoint = new("2") });

        await log.WaitForAsync($"{Shard} c");
        log.Events.ShouldBe([$"{Shard} initialize", $"{Shard} c"]);
    }

    [Fact]
    public async Task Pushed_ToTheShardsEnd_EndsItAndItsChildrenGoOn()
    {
        leases.GrantsChildren = true;
        var (low, high) = (FakeKinesisClient.Id(1), FakeKinesisClient.Id(2));
        server.Shard(low).Append("l");
        server.Shard(high).Append("h");
        server.Shard(Shard).Append("a");
        server.Shard(Shard).Close(low, high);

        leases.Grant(Stream, Shard);

        await log.WaitForAsync($"{low} l");
        await log.WaitForAsync($"{high} h");
        leases.Writes.Events.ShouldContain($"finish {Shard} -> {low},{high}");
        var events = log.Events.ToList();
        events.IndexOf($"{Shard} ended").ShouldBeInRange(events.IndexOf($"{Shard} a"), events.IndexOf($"{low} l"));
    }

    [Fact]
    public async Task Yield_WhileSubscribed_GivesTheShardAndEndsTheSubscription()
    {
        server.Shard(Shard).Append("a");
        var term = leases.Grant(Stream, Shard);
        await log.WaitForAsync($"{Shard} a");

        await leases.YieldAsync(term);
        await log.WaitForAsync($"{Shard} disposed");
        leases.Grant(Stream, Shard);
        server.Shard(Shard).Append("b");

        await log.WaitForAsync($"{Shard} b");
        log.Events.Count(entry => entry == $"{Shard} a").ShouldBe(1);
    }
}
