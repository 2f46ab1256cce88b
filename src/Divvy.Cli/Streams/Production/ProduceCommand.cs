using System.CommandLine;
using System.Globalization;
using Divvy.Cli.Output;
using Divvy.Cli.Parsing;

namespace Divvy.Cli.Streams.Production;

/// <summary><c>divvy stream produce</c>.</summary>
internal static class ProduceCommand
{
    private const int MaxBatch = 500;
    private const int MaxRate = 1_000_000;
    private static readonly TimeSpan progressEach = TimeSpan.FromSeconds(5);

    public static Command Create(StreamVerb verb)
    {
        var keys = TypedOption.Number("--keys", 200, 1, 10_000_000, "Partition keys: shard-key-0 to shard-key-<N-1>.");
        var batch = TypedOption.Number(
            "--batch", 50, 1, MaxBatch, "Records a call, at most; never more than there are keys.");
        var pause = TypedOption.Duration(
            "--pause", new Duration(TimeSpan.FromMilliseconds(100)), "From one call to the next; --rate goes before.");
        var rate = new Option<int?>("--rate") { Description = "Records a second.", HelpName = "N" };
        rate.Validators.Add(TypedOption.InRange("--rate", 1, MaxRate));
        var count = new Option<int?>("--count") { Description = "End after so many records.", HelpName = "N" };
        count.Validators.Add(TypedOption.InRange("--count", 1, int.MaxValue));
        var duration = TypedOption.OptionalDuration("--duration", "End after so long.");
        var seed = new Option<int?>("--seed") { Description = "Makes the same events again.", HelpName = "N" };
        return verb.Create(
            "produce",
            "Write JSON events, numbered within each partition key, until Ctrl-C or enough. A batch whose answer was "
                + "lost is written again: its records are then in the stream twice.",
            [rate, keys, count, duration, batch, pause, seed],
            async (call, stop) =>
            {
                var size = Math.Min(call.Parsed.GetValue(batch), call.Parsed.GetValue(keys));
                var gap = call.Parsed.GetValue(pause).Value;
                if (call.Parsed.GetValue(rate) is { } perSecond)
                    (size, gap) = ProduceSettings.ForRate(perSecond, size);
                var settings = new ProduceSettings(
                    size, gap, call.Parsed.GetValue(count), call.Parsed.GetValue(duration)?.Value);
                var random = call.Parsed.GetValue(seed) is { } given ? new Random(given) : new Random();
                var run = random.Next(0x1000000).ToString("x6", CultureInfo.InvariantCulture);
                var events = new EventSource(run, call.Parsed.GetValue(keys), random);
                var producer = new Producer(call.Client, call.Stream, run, events, TimeProvider.System);
                await call.WaitUntilActiveAsync(stop);
                var report = await producer.RunAsync(settings, Progress(call.Console.Error), stop);
                call.Say(report, Sentence("Produced", report));
                return ExitCode.Ok;
            });
    }

    private static Action<ProduceReport> Progress(TextWriter writer)
    {
        var next = progressEach.TotalSeconds;
        return report =>
        {
            if (report.Seconds < next)
                return;
            next = report.Seconds + progressEach.TotalSeconds;
            writer.WriteLine(Sentence("produced so far:", report));
        };
    }

    private static string Sentence(string verb, ProduceReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{verb} {report.Records} records in {report.Batches} batches to {report.Stream}, "
        + $"{report.Seconds:0.0} s, {report.PerSecond:0.0} records/s, run {report.Run}");
}
