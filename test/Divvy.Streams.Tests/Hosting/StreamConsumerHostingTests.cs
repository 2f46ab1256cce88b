using Divvy.Streams.Consuming;
using Divvy.Streams.Hosting;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Divvy.Streams.Tests.Consuming.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Divvy.Streams.Tests.Hosting;

public sealed class StreamConsumerHostingTests
{
    private static readonly string Shard = FakeKinesisClient.Id(0);

    [Fact]
    public async Task Host_StartsAndStops_ProcessesInAScopeOfTheShardAndHandsOver()
    {
        using var kinesis = new FakeKinesisClient(TimeProvider.System);
        kinesis.Create("orders", 1);
        var record = kinesis.Put("orders", Shard, "a");
        var leases = new FakeLeaseStore();
        var log = new EventLog();
        using var host = Build(kinesis, leases, log);
        await host.StartAsync();

        leases.Grant("orders", Shard);
        await log.WaitForAsync("a");
        await host.StopAsync();

        log.Events.ShouldBe(["scope begins", "a", "shutdown", "scope ends"]);
        leases.Lease(Shard).Checkpoint.SequenceNumber.ShouldBe(record.SequenceNumber);
    }

    [Fact]
    public async Task Host_OptionsWrong_DoesNotStartAndSaysEverything()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddStreamConsumer<LoggingProcessor>(options => options.IdleTime = TimeSpan.Zero);
        using var host = builder.Build();

        var refused = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        refused.Failures.Select(failure => failure.Split(':')[0]).ShouldBe(["ApplicationName", "Streams", "IdleTime"]);
    }

    [Fact]
    public void AddStreamConsumer_SameProcessorTwice_IsRefused()
    {
        var services = new ServiceCollection();
        services.AddStreamConsumer<LoggingProcessor>(_ => { });

        Should.Throw<InvalidOperationException>(() => services.AddStreamConsumer<LoggingProcessor>(_ => { }));
    }

    private static IHost Build(FakeKinesisClient kinesis, FakeLeaseStore leases, EventLog log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(log);
        builder.Services.AddScoped<ShardScope>();
        builder.Services.AddKeyedSingleton<IKinesisClient>(typeof(LoggingProcessor), kinesis);
        builder.Services.AddKeyedSingleton<ILeaseStore>(typeof(LoggingProcessor), leases);
        builder.Services.AddStreamConsumer<LoggingProcessor>(options =>
        {
            options.ApplicationName = "billing";
            options.Streams = ["orders"];
        });
        return builder.Build();
    }

    private sealed class ShardScope : IDisposable
    {
        private readonly EventLog log;

        public ShardScope(EventLog log)
        {
            this.log = log;
            log.Add("scope begins");
        }

        public void Dispose() => log.Add("scope ends");
    }

    private sealed class LoggingProcessor(EventLog log, ShardScope scope) : IRecordProcessor
    {
        public ShardScope Scope { get; } = scope;

        public Task InitializeAsync(ShardStart start, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ProcessAsync(ProcessorBatch batch, CancellationToken cancellationToken)
        {
            foreach (var record in batch.Records)
                log.Add(RecordingProcessor.TextOf(record));
            return Task.CompletedTask;
        }

        public Task LeaseLostAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task ShardEndedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public async Task ShutdownRequestedAsync(ICheckpointer checkpointer, CancellationToken cancellationToken)
        {
            log.Add("shutdown");
            await checkpointer.CheckpointAsync(cancellationToken);
        }
    }
}
