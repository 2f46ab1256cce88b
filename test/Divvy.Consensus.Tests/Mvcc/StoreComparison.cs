using Divvy.Consensus.Mvcc;
using Divvy.Consensus.Mvcc.Watching;
using static Divvy.Consensus.Tests.Mvcc.Driver;
using static Divvy.Consensus.Tests.Mvcc.Transcript;

namespace Divvy.Consensus.Tests.Mvcc;

/// <summary>Looks at two stores in every way there is, and says how they differ.</summary>
internal static class StoreComparison
{
    public static string? FindDifference(MvccStore left, MvccStore right)
    {
        var (expected, actual) = (Describe(left), Describe(right));
        for (var line = 0; line < Math.Max(expected.Count, actual.Count); line++)
        {
            var (one, other) = (expected.ElementAtOrDefault(line), actual.ElementAtOrDefault(line));
            if (one != other)
                return $"{other}\n instead of\n{one}";
        }
        return null;
    }

    private static List<string> Describe(MvccStore store)
    {
        var statistics = store.Statistics();
        List<string> lines =
        [
            $"applied {store.AppliedIndex} revision {store.Revision} compacted {store.CompactedRevision}",
            $"keys {statistics.Keys} bytes in use {statistics.BytesInUse}",
            $"hash {Finish(store.BeginHash()):x8} of keys {Finish(store.BeginHashKv(0)):x8}",
        ];
        foreach (var lease in store.Leases)
        {
            var keys = string.Join(' ', lease.Keys.Select(key => Text(key)));
            lines.Add($"lease {lease.Id} {lease.TtlSeconds} {lease.CheckpointSeconds}: {keys}");
        }
        for (var revision = Math.Max(0, store.CompactedRevision - 1); revision <= store.Revision + 1; revision++)
        {
            var everything = new RangeOperation(KeyRange.From(new byte[1])) { Revision = revision };
            lines.Add($"at {revision}: {Show(store.Range(everything))}");
        }
        foreach (var start in (long[])[1, store.CompactedRevision, store.CompactedRevision + 1, store.Revision])
            lines.Add($"watch from {start}: {Watch(store, start)}");
        return lines;
    }

    private static string Watch(MvccStore store, long start)
    {
        var stream = new WatchHub(store, new WatchLimits()).OpenStream(TimeSpan.Zero);
        stream.Create(new WatchSpec(KeyRange.From(new byte[1])) { StartRevision = start, PreviousRecords = true });
        var messages = new List<WatchMessage>();
        while (stream.Take(messages, 100))
        {
        }
        return string.Join("; ", messages.Select(message => message is WatchEvents events
            ? string.Join(", ", events.Events.Select(Describe))
            : $"{message}"));

        static string Describe(WatchEvent change) =>
            $"{Show(change.Record)} was {(change.Previous is null ? "nothing" : Show(change.Previous))}";
    }
}
