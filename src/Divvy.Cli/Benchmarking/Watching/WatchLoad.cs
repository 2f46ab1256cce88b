using System.Diagnostics;
using Divvy.Cli.Benchmarking.Http2;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Reports;
using Divvy.Cli.Output;
using Divvy.Rpc;

namespace Divvy.Cli.Benchmarking.Watching;

/// <summary>Makes watchers, puts to their keys, and measures the making, the puts and the events.</summary>
internal static class WatchLoad
{
    /// <summary>How long nothing may come before the missing events count as lost.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<BenchResult>> RunAsync(
        BenchSession session, WatchSettings settings, TextWriter? progress, CancellationToken stop)
    {
        var keysSeconds = session.Settings.KeepsSeconds;
        var clock = new PutClock(settings.Puts);
        var counts = new WatchCounts(clock, Recorder(false), Recorder(keysSeconds));
        List<WatchStream> streams = [.. Streams(session, settings, counts)];
        CheckStreamLimit(session, settings);
        var creation = await CreateAsync(streams, counts, stop);
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var operation = new LoadOperation(
            EtcdMethods.Put.Path, _ => new StampedPutMessage(settings.Keys, settings.ValueSize, clock));
        var puts = await LoadBench.RunAsync(
            session, "Put", operation, settings.Puts, LoadOptions.PacerOf(settings.PutRate), progress, stop);
        await counts.WaitAsync(Expected(settings, puts.Summary.Count), Patience, stop);
        var last = counts.LastReceived == 0 ? Stopwatch.GetTimestamp() : counts.LastReceived;
        CountMissing(counts, Expected(settings, puts.Summary.Count));
        var events = new BenchResult(
            "Watch events",
            counts.Events.Summarize(Stopwatch.GetElapsedTime(started, last)),
            Environment.CpuUsage.TotalTime - cpu);
        streams.ForEach(stream => stream.Close());
        return [creation, puts, events];

        LatencyRecorder Recorder(bool keeps) => new(keeps, TimeProvider.System);
    }

    /// <summary>Events that must come: a put to a key goes to every watcher of it. Watchers have the keys in turn, and
    /// so have the puts.</summary>
    public static long Expected(WatchSettings settings, long puts)
    {
        var expected = 0L;
        for (var key = 0; key < settings.Keys.Count; key++)
            expected += Share(settings.Streams * (long)settings.WatchersPerStream, key) * Share(puts, key);
        return expected;

        long Share(long all, int key) =>
            (all / settings.Keys.Count) + (key < all % settings.Keys.Count ? 1 : 0);
    }

    private static IEnumerable<WatchStream> Streams(BenchSession session, WatchSettings settings, WatchCounts counts)
    {
        for (var i = 0; i < settings.Streams; i++)
        {
            var first = i * settings.WatchersPerStream;
            byte[][] keys =
            [
                .. Enumerable.Range(first, settings.WatchersPerStream)
                    .Select(watcher => settings.Keys[watcher % settings.Keys.Count]),
            ];
            yield return new WatchStream(session.SlotOf(i).Channel, keys, settings.WantsPrevious, counts);
        }
    }

    /// <summary>A watch stream that waits for a place on its connection would wait for ever.</summary>
    private static void CheckStreamLimit(BenchSession session, WatchSettings settings)
    {
        var perConnection = (settings.Streams + session.Slots.Count - 1) / session.Slots.Count;
        var limit = session.Slots.Min(slot => slot.Channel.MaxStreams);
        var clients = (session.Settings.Clients + session.Slots.Count - 1) / session.Slots.Count;
        if (perConnection + clients > limit)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"the server takes {limit} streams on a connection; {settings.Streams} watch streams and "
                    + $"{session.Settings.Clients} clients on {session.Slots.Count} connections are too many: "
                    + "raise --conns");
        }
    }

    private static async Task<BenchResult> CreateAsync(
        List<WatchStream> streams, WatchCounts counts, CancellationToken stop)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(streams.Select(stream => stream.CreateAsync())).WaitAsync(stop);
        return new BenchResult(
            "Watch creation",
            counts.Created.Summarize(Stopwatch.GetElapsedTime(started)),
            Environment.CpuUsage.TotalTime - cpu);
    }

    private static void CountMissing(WatchCounts counts, long expected)
    {
        var status = new CallStatus(RpcStatusCode.DeadlineExceeded, "the event did not come");
        for (var missing = expected - counts.Received; missing > 0; missing--)
            counts.Events.Record(0, 0, status);
    }
}
