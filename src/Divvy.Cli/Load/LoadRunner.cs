using Divvy.Client.Http;

namespace Divvy.Cli.Load;

/// <summary>Sends requests for keys on an open-loop schedule and records what became of each. It never slows down
/// for a
/// slow system: requests that cannot be sent in time count their waiting.</summary>
internal sealed class LoadRunner(
    LoadSettings settings, HttpClient client, Func<string, string?> shardOf, LoadRecorder recorder, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);

    private readonly SemaphoreSlim places = new(LoadSettings.MaxInFlight, LoadSettings.MaxInFlight);
    private readonly RequestSchedule schedule = new(settings.RequestsPerSecond, settings.Duration);
    private readonly Random dice = new(settings.Seed);
    private long start;

    public long Total => schedule.Total;

    /// <summary>Runs to the end of the schedule or until told to stop, waits for what is under way, and returns the
    /// time it took.</summary>
    public async Task<TimeSpan> RunAsync(CancellationToken stop)
    {
        start = time.GetTimestamp();
        var next = 0L;
        while (next < schedule.Total && !stop.IsCancellationRequested)
        {
            for (var due = schedule.DueBy(Elapsed); next < due; next++)
            {
                // Whoever waits for a place here delays the requests after it, which count from when they were due.
                await places.WaitAsync(CancellationToken.None);
                _ = SendAsync(schedule.DueAt(next), $"key-{dice.Next(settings.Keys)}");
            }
            await Task.Delay(Pace, time, CancellationToken.None);
        }
        for (var place = 0; place < LoadSettings.MaxInFlight; place++)
            await places.WaitAsync(CancellationToken.None);
        return Elapsed;
    }

    private TimeSpan Elapsed => time.GetElapsedTime(start);

    // Owns its place and records every outcome; nothing comes out of it.
    private async Task SendAsync(TimeSpan due, string key)
    {
        var sent = Elapsed;
        try
        {
            var (failure, shard, generation) = await AskAsync(key);
            recorder.Record(new LoadSample(due, sent, Elapsed, failure, shard ?? shardOf(key), generation));
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<(string? Failure, string? Shard, long Generation)> AskAsync(string key)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"echo/{key}")
                .SetShardKey(key).SetShardDeadline(settings.Timeout);
            using var response = await client.SendAsync(request, limit.Token);
            if (!response.IsSuccessStatusCode)
                return ($"http {(int)response.StatusCode}", null, 0);
            return (null, Header(response, ShardHeaders.Shard), Generation(response));
        }
        catch (OperationCanceledException)
        {
            return ("timeout", null, 0);
        }
        catch (HttpRequestException failure)
        {
            return (Kind(failure), null, 0);
        }
        catch (Exception failure)
        {
            // Whatever it is, the request was not answered: a report must not say that none failed.
            return ($"unexpected: {failure.GetType().Name}", null, 0);
        }
    }

    private static string Kind(HttpRequestException failure) =>
        failure.HttpRequestError == HttpRequestError.Unknown
            ? "no answer in time"
            : $"connection: {failure.HttpRequestError}";

    private static long Generation(HttpResponseMessage response) =>
        long.TryParse(Header(response, ShardHeaders.Generation), out var value) ? value : 0;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
