using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Logging;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;
using Divvy.Cli.Streams.Leases;
using Divvy.Streams.Consuming;
using Divvy.Streams.Hosting;
using Divvy.Streams.Leases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Divvy.Cli.Streams.Consuming;

/// <summary><c>divvy stream consume</c>.</summary>
internal sealed class ConsumeCommand
{
    private static readonly TimeSpan rateEach = TimeSpan.FromSeconds(5);

    private readonly LeaseOptions leases = new();
    private readonly Option<string> worker = new("--worker", "-w")
    {
        Description = "Names the worker; only one at a time can have a name.",
        HelpName = "ID",
        DefaultValueFactory = _ => string.Create(
            CultureInfo.InvariantCulture, $"{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}"),
    };
    private readonly Option<bool> parentsFirst = new("--process-parents-first")
    {
        Description = "Let a shard wait until those it came from are processed; false begins at once and can break the "
            + "order of a key's records.",
        HelpName = "true|false",
        DefaultValueFactory = _ => true,
    };
    private readonly Option<Duration> leaseDuration = TypedOption.Duration(
        "--lease-duration", Duration.Seconds(10), "After how long without a sign a worker's leases are taken.");
    private readonly Option<Duration> checkpoint = TypedOption.Duration(
        "--checkpoint-each", Duration.Seconds(1), "How often each shard is checkpointed.");
    private readonly Option<Duration> idle = TypedOption.Duration(
        "--idle", new Duration(TimeSpan.FromMilliseconds(250)), "The pause after a read that found nothing.");
    private readonly Option<Duration> maxIdle = TypedOption.Duration(
        "--max-idle", Duration.Seconds(1), "The longest pause between reads of a shard that stays quiet.");
    private readonly Option<Duration> batchTime = TypedOption.Duration(
        "--batch-time", new Duration(TimeSpan.Zero), "What processing a batch takes: to try out slow processors.");
    private readonly Option<string?> fanOut = new("--fan-out")
    {
        Description = "Let the service push records to the consumer of this name (enhanced fan-out), which is "
            + "registered if it is not there; emulators lack that, then records are asked for.",
        HelpName = "NAME",
    };
    private readonly Option<string?> journal = new("--journal")
    {
        Description = "Append every record and every change of a shard to this file, one line each.",
        HelpName = "FILE",
    };
    private readonly Option<LogLevel> logLevel = LogLevelOption.Create();

    private ConsumeCommand()
    {
    }

    public static Command Create(StreamVerb verb)
    {
        var consume = new ConsumeCommand();
        return verb.Create(
            "consume",
            "Be a worker: take leases, process records, hand over when told to stop.",
            [
                consume.worker, .. consume.leases.All, consume.parentsFirst, consume.leaseDuration, consume.checkpoint,
                consume.idle, consume.maxIdle, consume.fanOut, consume.batchTime, consume.journal, consume.logLevel,
            ],
            consume.RunAsync);
    }

    private async Task<ExitCode> RunAsync(StreamCall call, CancellationToken stop)
    {
        var parsed = call.Parsed;
        var options = Read(call);
        if (new StreamConsumerOptionsValidator().Validate(null, options) is { Failed: true } wrong)
            throw new CommandException(ExitCode.Usage, wrong.FailureMessage);
        var (each, work) = (parsed.GetValue(checkpoint).Value, parsed.GetValue(batchTime).Value);
        using var file = parsed.GetValue(journal) is { } path ? new ConsumeJournal(path) : null;
        var tally = new ConsumeTally(options.WorkerId, file);
        await using var services = new ServiceCollection()
            .AddLogging(logging => LogSetup.Configure(logging, parsed.GetValue(logLevel)))
            .BuildServiceProvider();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var logger = loggers.CreateLogger<ConsumeCommand>();
        try
        {
            await using var running = new StreamWorker(
                options,
                LeaseStores.Create(options, call.Client, TimeProvider.System, loggers),
                call.Client,
                () => new ConsumeProcessor(tally, each, work, TimeProvider.System),
                TimeProvider.System,
                loggers.CreateLogger<StreamWorker>());
            await running.StartAsync(stop);
            logger.Consuming(
                options.WorkerId, call.Stream, options.ApplicationName, options.LeaseStore.ToString());
            await SayRateAsync(logger, tally, running, stop);
            logger.Leaving(options.WorkerId);
            await running.StopAsync(CancellationToken.None);
            return ExitCode.Ok;
        }
        catch (LeaseStoreException failure)
        {
            throw new CommandException(ExitCode.Unreachable, failure.Message, failure);
        }
        catch (ArgumentException failure)
        {
            throw new CommandException(ExitCode.Usage, failure.Message, failure);
        }
    }

    private StreamConsumerOptions Read(StreamCall call)
    {
        var parsed = call.Parsed;
        var options = leases.Read(parsed, call.Console, parsed.GetRequiredValue(worker), call.Stream);
        options.ParentsFirst = parsed.GetValue(parentsFirst);
        options.FanOutConsumer = parsed.GetValue(fanOut);
        options.IdleTime = parsed.GetValue(idle).Value;
        options.MaxIdleTime = parsed.GetValue(maxIdle).Value;
        var duration = parsed.GetValue(leaseDuration).Value;
        options.Table.LeaseDuration = duration;
        if (options.Table.PollInterval > duration / 4)
            options.Table.PollInterval = duration / 4;
        options.Distributor.LeaseDuration = duration;
        return options;
    }

    private static async Task SayRateAsync(
        ILogger logger, ConsumeTally tally, StreamWorker worker, CancellationToken stop)
    {
        long known = 0;
        try
        {
            while (true)
            {
                await Task.Delay(rateEach, stop);
                var records = tally.Records;
                logger.Rate((records - known) / rateEach.TotalSeconds, records, worker.Shards.Count);
                known = records;
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
