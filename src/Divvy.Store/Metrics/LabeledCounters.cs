using System.Collections.Concurrent;
using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>Counters that differ in one label. Like etcd's, the family is absent until it has a series.</summary>
internal sealed class LabeledCounters(
    string name, string help, Func<ulong, string> labels, MetricKind kind = MetricKind.Counter) : Metric(name, help)
{
    private readonly ConcurrentDictionary<ulong, Cell> cells = [];

    public void Add(ulong key, long amount = 1) => Interlocked.Add(ref CellOf(key).Value, amount);

    public void Set(ulong key, long now) => Volatile.Write(ref CellOf(key).Value, now);

    /// <summary>Forgets all series but these: those whose subjects are gone.</summary>
    public void KeepOnly(IReadOnlySet<ulong> keys)
    {
        foreach (var key in cells.Keys)
        {
            if (!keys.Contains(key))
                cells.TryRemove(key, out _);
        }
    }

    public override void Write(ExpositionWriter writer)
    {
        var series = cells.OrderBy(cell => cell.Key).ToList();
        if (series.Count == 0)
            return;
        writer.Family(Name, kind, Help);
        foreach (var (key, cell) in series)
            writer.Sample(Name, labels(key), Volatile.Read(ref cell.Value));
    }

    private Cell CellOf(ulong key) => cells.GetOrAdd(key, static _ => new Cell());

    private sealed class Cell
    {
        public long Value;
    }
}
