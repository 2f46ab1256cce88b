using System.Diagnostics.Metrics;
using Divvy.Core.Streams;

namespace Divvy.Streams.Leases.Table;

/// <summary>What a lease table costs and does, as meters of <c>Divvy.Streams</c>. Thread-safe.</summary>
internal sealed class LeaseMetrics : IDisposable
{
    private readonly Meter meter = new("Divvy.Streams");
    private readonly TimeProvider time;
    private readonly Counter<long> writes;
    private readonly Counter<long> reads;
    private readonly Counter<long> changes;
    private readonly Histogram<double> handoffs;
    private readonly Lock gate = new();
    private readonly long began;
    private double leaseSeconds;
    private long written;
    private long seenAt;
    private int held;

    public LeaseMetrics(TimeProvider time, string worker)
    {
        this.time = time;
        seenAt = began = time.GetTimestamp();
        KeyValuePair<string, object?>[] tags = [new("worker", worker)];
        writes = meter.CreateCounter<long>("divvy.streams.lease.writes", "writes", "Conditional writes of leases.");
        reads = meter.CreateCounter<long>("divvy.streams.lease.rows_read", "rows", "Rows of leases read by scans.");
        changes = meter.CreateCounter<long>("divvy.streams.lease.changes", "leases", "Leases granted and lost.");
        handoffs = meter.CreateHistogram<double>(
            "divvy.streams.lease.yield", "s", "Time a holder took to finish when asked for a lease.");
        meter.CreateObservableGauge(
            "divvy.streams.lease.held", () => new Measurement<int>(held, tags), "leases", "Leases held.");
        meter.CreateObservableGauge(
            "divvy.streams.lease.writes_per_lease_day",
            () => new Measurement<double>(WritesPerLeaseDay, tags),
            "writes",
            "Writes of leases for each lease held for a day. The KCL's renewals alone are 26,118.");
    }

    /// <summary>Writes for each lease held for a day; 0 before any was held.</summary>
    public double WritesPerLeaseDay
    {
        get
        {
            lock (gate)
            {
                Accrue();
                return leaseSeconds > 0 ? written / leaseSeconds * 86_400 : 0;
            }
        }
    }

    public void Wrote(LeasePurpose purpose, LeaseOutcome outcome)
    {
        writes.Add(1, new("purpose", purpose.ToString()), new("outcome", outcome.ToString()));
        Interlocked.Increment(ref written);
    }

    public void Read(int rows) => reads.Add(rows);

    public void Beat() => writes.Add(1, new("purpose", "Beat"), new("outcome", nameof(LeaseOutcome.Applied)));

    public void Granted() => changes.Add(1, new KeyValuePair<string, object?>("change", "granted"));

    public void Lost() => changes.Add(1, new KeyValuePair<string, object?>("change", "lost"));

    public void Yielded(TimeSpan took) => handoffs.Record(took.TotalSeconds);

    public void Held(int leases)
    {
        lock (gate)
        {
            Accrue();
            held = leases;
        }
    }

    public void Dispose() => meter.Dispose();

    private void Accrue()
    {
        var now = time.GetTimestamp();
        leaseSeconds += held * time.GetElapsedTime(seenAt, now).TotalSeconds;
        seenAt = now;
    }
}
