using Divvy.Core.Streams;
using Divvy.Streams.Consuming;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Divvy.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Divvy.Streams.Tests.Consuming.Fakes;

/// <summary>A worker over a Kinesis and a lease store in memory, in virtual time, with one stream.</summary>
internal sealed class ConsumerWorld : IAsyncDisposable
{
    public const string Stream = "orders";
    public static readonly string Shard = FakeKinesisClient.Id(0);

    private StreamWorker? worker;

    public ConsumerWorld(int shards = 1)
    {
        Kinesis = new(Time);
        Kinesis.Create(Stream, shards);
        Options = new()
        {
            ApplicationName = "billing",
            WorkerId = "worker-1",
            Streams = [Stream],
            ReadInterval = TimeSpan.Zero,
            MaxIdleTime = TimeSpan.Zero,
        };
        Options.OnReport = report => Reports.Add($"{report.Kind} {Path.GetFileName(report.Shard)}"
            + (report.Record is { } record ? $" {RecordingProcessor.TextOf(record)}" : ""));
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeKinesisClient Kinesis { get; }

    public FakeLeaseStore Leases { get; } = new();

    public StreamConsumerOptions Options { get; }

    public ProcessorScript Script { get; } = new();

    public EventLog Log { get; } = new();

    public EventLog Reports { get; } = new();

    public StreamWorker Worker => worker!;

    public async Task StartAsync()
    {
        worker = new(
            Options,
            Leases,
            Kinesis,
            () => new RecordingProcessor(Log, Script),
            Time,
            NullLogger<StreamWorker>.Instance);
        await worker.StartAsync(default);
    }

    /// <summary>What was put into the first shard.</summary>
    public List<StreamRecord> Records { get; } = [];

    public StreamRecord Put(string text)
    {
        var record = Kinesis.Put(Stream, Shard, text);
        Records.Add(record);
        return record;
    }

    public LeaseTerm Grant(StreamLease? lease = null) => Leases.Grant(Stream, Shard, lease);

    /// <summary>Lets so many pauses after failures of the processor pass, each twice as long.</summary>
    public async Task PassBackoffsAsync(int times)
    {
        for (var pause = Options.Poison.FirstBackoff; times > 0; times--, pause *= 2)
        {
            await Time.WaitForTimerAsync(pause);
            Time.Advance(pause);
        }
    }

    /// <summary>Waits until the reader has nothing to do for the idle time, then lets that pass.</summary>
    public async Task PassIdleTimeAsync()
    {
        await Time.WaitForTimerAsync(Options.IdleTime);
        Time.Advance(Options.IdleTime);
    }

    /// <summary>Lets time pass, step by step, until something has happened.</summary>
    public async Task AdvanceUntilAsync(Task happened, TimeSpan step)
    {
        while (!happened.IsCompleted)
        {
            Time.Advance(step);
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(20)));
        }
        await happened;
    }

    public IReadOnlyList<string> Processed(string shard) =>
        [.. Log.Events.Where(entry => entry.StartsWith(shard, StringComparison.Ordinal))
            .Select(entry => entry[(shard.Length + 1)..])];

    public async ValueTask DisposeAsync()
    {
        if (worker is null)
            return;
        // A processor that a failed test left hanging is not waited for.
        await AdvanceUntilAsync(worker.DisposeAsync().AsTask(), Options.StopTimeout);
    }
}
