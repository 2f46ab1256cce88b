using System.Diagnostics;
using Divvy.Cli.Benchmarking.Http2;
using Divvy.Cli.Benchmarking.Loads;

namespace Divvy.Cli.Benchmarking.Watching;

/// <summary>What the watchers of a load received. Thread-safe.</summary>
internal sealed class WatchCounts(PutClock clock, LatencyRecorder created, LatencyRecorder events)
{
    private readonly TaskCompletionSource complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long expected = long.MaxValue;
    private long received;
    private long lastReceived;

    /// <summary>How long each watcher took to be made.</summary>
    public LatencyRecorder Created { get; } = created;

    /// <summary>How long each event took from when its put was sent.</summary>
    public LatencyRecorder Events { get; } = events;

    public long Received => Volatile.Read(ref received);

    /// <summary>When the last event came, as a <see cref="Stopwatch"/> timestamp; 0: none came.</summary>
    public long LastReceived => Volatile.Read(ref lastReceived);

    public void OnEvent(ReadOnlySpan<byte> value, long now)
    {
        if (!clock.TryRead(value, out var sent))
            return;
        Events.Record(sent, now, CallStatus.Ok);
        Volatile.Write(ref lastReceived, now);
        if (Interlocked.Increment(ref received) >= Volatile.Read(ref expected))
            complete.TrySetResult();
    }

    public void OnStreamEnded(CallStatus status)
    {
        Events.Record(0, 0, status);
        complete.TrySetResult();
    }

    /// <summary>Completes when so many events have come, or a stream has ended, or nothing came for that long.
    /// </summary>
    public async Task WaitAsync(long count, TimeSpan patience, CancellationToken stop)
    {
        Volatile.Write(ref expected, count);
        if (Received >= count)
            return;
        while (!complete.Task.IsCompleted && !stop.IsCancellationRequested)
        {
            var before = Received;
            await Task.WhenAny(complete.Task, Task.Delay(patience, stop));
            if (Received == before)
                return;
        }
    }
}
