using System.CommandLine;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Watching;
using Divvy.Cli.Parsing;

namespace Divvy.Cli.Benchmarking;

/// <summary><c>divvy bench watch</c> and <c>watch-latency</c>: the same load with different defaults.</summary>
internal static class WatchBench
{
    private const int MostStreams = 100_000;
    private const int MostWatchers = 1_000_000;

    public static Command Watch(BenchRunner runner)
    {
        var streams = TypedOption.Number("--streams", 10, 1, MostStreams, "Watch streams.");
        var perStream = TypedOption.Number("--watch-per-stream", 100, 1, MostWatchers, "Watchers on each stream.");
        var watched = TypedOption.Number("--watched-key-total", 1, 1, int.MaxValue, "Different keys that are watched.");
        var putRate = PutRate(0);
        var puts = TypedOption.Number("--put-total", 1000, 1, int.MaxValue, "Puts to the watched keys, in turn.");
        var keySize = LoadOptions.KeySize(32);
        var keySpace = LoadOptions.KeySpaceSize();
        var sequential = LoadOptions.SequentialKeys();
        var command = new Command(
            "watch",
            "Watch keys, then put to them. Reports how fast watchers are made, the puts, and the events: here an "
                + "event's latency counts from the sending of its put (etcd's tool prints the time between two lines "
                + "of its own code, of which only the rate means anything), and without --put-rate the puts go as "
                + "fast as they can (etcd's tool then never puts).")
        {
            streams, perStream, watched, putRate, puts, keySize, keySpace, sequential,
        };
        runner.Attach(command, parsed =>
        {
            var count = parsed.GetValue(watched);
            var space = LoadOptions.Checked(() => new KeySpace(
                parsed.GetValue(keySize), Math.Max(count, parsed.GetValue(keySpace)), isSequential: true));
            var settings = new WatchSettings
            {
                Streams = parsed.GetValue(streams),
                WatchersPerStream = parsed.GetValue(perStream),
                Keys = Keys(space, count, parsed.GetValue(sequential)),
                Puts = parsed.GetValue(puts),
                PutRate = parsed.GetValue(putRate),
                ValueSize = PutClock.StampSize,
            };
            return (session, stop) => WatchLoad.RunAsync(
                session, settings, LoadBench.ProgressOf(runner.Console), stop);
        });
        return command;
    }

    public static Command Latency(BenchRunner runner)
    {
        var total = LoadOptions.Total("Puts to the watched key.");
        var putRate = PutRate(100);
        var keySize = LoadOptions.KeySize(32);
        var valueSize = LoadOptions.ValueSize(32);
        var streams = TypedOption.Number("--streams", 1, 1, MostStreams, "Watch streams.");
        var perStream = TypedOption.Number("--watchers-per-stream", 1, 1, MostWatchers, "Watchers on each stream.");
        var previous = new Option<bool>("--prevkv") { Description = "Ask for the value from before as well." };
        var command = new Command(
            "watch-latency",
            "How long a change takes to reach a watcher. The clock starts when the put is sent, so an event that "
                + "overtakes the put's own answer is not counted as instant (the clock of etcd 3.4's tool starts when "
                + "the put has returned: its numbers are smaller and cannot be compared with these).")
        {
            total, putRate, keySize, valueSize, streams, perStream, previous,
        };
        runner.Attach(command, parsed =>
        {
            var space = LoadOptions.Checked(() => new KeySpace(parsed.GetValue(keySize), 1, isSequential: true));
            var settings = new WatchSettings
            {
                Streams = parsed.GetValue(streams),
                WatchersPerStream = parsed.GetValue(perStream),
                Keys = [space.Key(0)],
                Puts = parsed.GetValue(total),
                PutRate = parsed.GetValue(putRate),
                ValueSize = parsed.GetValue(valueSize),
                WantsPrevious = parsed.GetValue(previous),
            };
            return (session, stop) => WatchLoad.RunAsync(
                session, settings, LoadBench.ProgressOf(runner.Console), stop);
        });
        return command;
    }

    private static Option<int> PutRate(int standard) => TypedOption.Number(
        "--put-rate", standard, 0, 10_000_000, "Puts a second at most; 0: as fast as they go.");

    private static List<byte[]> Keys(KeySpace space, int count, bool isSequential)
    {
        if (isSequential)
            return [.. Enumerable.Range(0, count).Select(number => space.Key(number))];
        var numbers = new HashSet<long>();
        while (numbers.Count < count)
            numbers.Add(Random.Shared.Next(space.Count));
        return [.. numbers.Select(space.Key)];
    }
}
