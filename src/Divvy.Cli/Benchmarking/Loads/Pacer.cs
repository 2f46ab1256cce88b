using System.Collections.Concurrent;
using System.Diagnostics;

namespace Divvy.Cli.Benchmarking.Loads;

/// <summary>Holds a load to a rate: idle clients wait here, and each millisecond as many are let go as are due. What
/// a slow server left undone is not made up for, beyond <see cref="MaxCatchUp"/>.</summary>
internal sealed class Pacer(int perSecond)
{
    public static readonly TimeSpan MaxCatchUp = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan tick = TimeSpan.FromMilliseconds(1);

    private readonly ConcurrentQueue<LoadClient> idle = new();

    public void Enqueue(LoadClient client) => idle.Enqueue(client);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(tick);
        var burst = Math.Max(1, perSecond * MaxCatchUp.TotalSeconds);
        var allowed = 1.0;
        var last = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            for (; allowed >= 1 && idle.TryDequeue(out var client); allowed--)
                client.Send();
            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var now = Stopwatch.GetTimestamp();
            allowed = Math.Min(burst, allowed + (Stopwatch.GetElapsedTime(last, now).TotalSeconds * perSecond));
            last = now;
        }
    }
}
