using System.Collections.Concurrent;
using System.Globalization;
using Divvy.Client.Http;

namespace Divvy.Client.Tests.EndToEnd;

/// <summary>Increments counters until it is stopped, each counter by one caller, and checks every answer: it must be one more
/// than the last.</summary>
internal sealed class CounterLoad
{
    private const int Callers = 6;
    private const int KeysPerCaller = 12;

    private readonly ConcurrentQueue<string> failures = [];
    private readonly HttpClient client;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task running;
    private int answered;

    public CounterLoad(HttpClient client)
    {
        this.client = client;
        running = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller))));
    }

    public int Answered => Volatile.Read(ref answered);

    /// <summary>Stops, and tells what went wrong.</summary>
    public async Task<IReadOnlyCollection<string>> StopAsync()
    {
        await stopping.CancelAsync();
        await running;
        return failures;
    }

    private async Task CallAsync(int caller)
    {
        var counts = new long[KeysPerCaller];
        for (var i = 0; !stopping.IsCancellationRequested; i++)
        {
            var key = $"caller-{caller}-key-{i % KeysPerCaller}";
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://shards/count/{key}").SetShardKey(key);
            try
            {
                using var response = await client.SendAsync(request);
                var body = await response.Content.ReadAsStringAsync();
                var expected = ++counts[i % KeysPerCaller];
                if (!response.IsSuccessStatusCode || body != expected.ToString(CultureInfo.InvariantCulture))
                    failures.Enqueue($"{key}: expected {expected}, got {(int)response.StatusCode} {body}");
            }
            catch (HttpRequestException failure)
            {
                failures.Enqueue($"{key}: {failure.Message}");
            }
            Interlocked.Increment(ref answered);
        }
    }
}
