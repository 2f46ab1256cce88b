using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams.Production;

/// <summary>Writes batches of events at their times until there are enough. A batch that is late is not waited for by
/// the next: what was missed is made up for at once, but no more than <see cref="MaxCatchUp"/>.</summary>
internal sealed class Producer(
    IKinesisClient client, string stream, string run, EventSource events, TimeProvider clock)
{
    public static readonly TimeSpan MaxCatchUp = TimeSpan.FromSeconds(1);

    /// <summary>Ends when there are enough, or in good order when asked to stop: with a whole batch.</summary>
    /// <param name="settings">How much.</param>
    /// <param name="progress">Called behind each batch.</param>
    /// <param name="stop">Asks to stop.</param>
    public async Task<ProduceReport> RunAsync(
        ProduceSettings settings, Action<ProduceReport> progress, CancellationToken stop)
    {
        var start = clock.GetTimestamp();
        var due = TimeSpan.Zero;
        var report = new ProduceReport(stream, run, 0, 0, 0);
        while (!stop.IsCancellationRequested && !IsEnough(settings, report, clock.GetElapsedTime(start)))
        {
            var left = settings.Count - report.Records ?? settings.Batch;
            var batch = events.Next((int)Math.Min(settings.Batch, left), clock.GetUtcNow());
            await client.PutRecordsAsync(stream, batch, CancellationToken.None);
            var elapsed = clock.GetElapsedTime(start);
            report = report with
            {
                Records = report.Records + batch.Count,
                Batches = report.Batches + 1,
                Seconds = elapsed.TotalSeconds,
            };
            progress(report);
            due = TimeSpan.FromTicks(Math.Max((due + settings.Pause).Ticks, (elapsed - MaxCatchUp).Ticks));
            if (IsEnough(settings, report, due))
                break;
            if (due > elapsed)
                await PauseAsync(due - elapsed, stop);
        }
        return report;
    }

    private static bool IsEnough(ProduceSettings settings, ProduceReport report, TimeSpan elapsed) =>
        report.Records >= settings.Count || elapsed >= settings.Duration;

    private async Task PauseAsync(TimeSpan delay, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, clock, stop);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop: the loop sees it.
        }
    }
}
