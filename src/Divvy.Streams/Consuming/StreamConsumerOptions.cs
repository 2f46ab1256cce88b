using System.Globalization;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>How a worker reads streams. Read once, when the worker is made.</summary>
public sealed class StreamConsumerOptions
{
    /// <summary>What shares the work: workers of one name read each shard once. The lease table's name.</summary>
    public string ApplicationName { get; set; } = "";

    /// <summary>Names the worker among those of the application. Default: machine name and process id.</summary>
    public string WorkerId { get; set; } =
        string.Create(
            CultureInfo.InvariantCulture, $"{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}");

    /// <summary>The streams to read; at least one.</summary>
    public IList<string> Streams { get; set; } = [];

    /// <summary>Which Kinesis, for consumers of a host (<c>AddStreamConsumer</c>).</summary>
    public KinesisClientOptions Kinesis { get; set; } = new();

    /// <summary>Where leases are kept. Default: the Java KCL's table.</summary>
    public LeaseStoreKind LeaseStore { get; set; } = LeaseStoreKind.Table;

    /// <summary>The lease table, with <see cref="LeaseStoreKind.Table"/>.</summary>
    public TableOptions Table { get; } = new();

    /// <summary>The distributor, with <see cref="LeaseStoreKind.Distributor"/>.</summary>
    public DistributorOptions Distributor { get; } = new();

    /// <summary>Where a shard without a checkpoint begins; children of a shard begin at their start always. Default
    /// <see cref="StreamStart.TrimHorizon"/>: nothing is left out.</summary>
    public StreamStart InitialPosition { get; set; } = StreamStart.TrimHorizon;

    /// <summary>The time that <see cref="StreamStart.AtTimestamp"/> speaks of.</summary>
    public DateTimeOffset? InitialTimestamp { get; set; }

    /// <summary>Whether a shard waits until those it came from are processed to their end. Without it records of one
    /// key can be processed out of order after a split or merge. Default true.</summary>
    public bool ParentsFirst { get; set; } = true;

    /// <summary>What records that are read and not yet processed may take, over all shards of the worker, reads under
    /// way included. One answer of the service, which holds 10 MB at most, may come on top. At least 4 MiB. Default
    /// 16 MiB.</summary>
    public long MaxBufferedBytes { get; set; } = 16L << 20;

    /// <summary>The most records one read asks for, 1 to 10,000. Default 10,000, the service's limit.</summary>
    public int GetRecordsLimit { get; set; } = 10_000;

    /// <summary>How many reads may be under way at once, over all shards of the worker, at least 1. Default 8: at 20 ms
    /// a read that is all that the service allows 80 shards, five reads of each a second; and hundreds of shards that
    /// begin together do not flood a service, or an emulator that keeps the leases as well.</summary>
    public int MaxReadsAtOnce { get; set; } = 8;

    /// <summary>When set, the service pushes records (enhanced fan-out) to the consumer of this name, which is
    /// registered at each stream at first use and never removed: it costs by the hour. The workers of an application
    /// give the same name, other applications another one. Null (default): records are asked for, and share the
    /// stream's read limits with all who do so.</summary>
    public string? FanOutConsumer { get; set; }

    /// <summary>The pause after a read that found nothing new. Default 250 ms: the service allows five reads a second
    /// of a shard, to all its readers together. While a shard stays quiet the pause grows up to
    /// <see cref="MaxIdleTime"/>, and it is at least three times what the read took.</summary>
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause between reads of a shard that stays quiet: how long a record may lie there at most
    /// before it is found. At or below <see cref="IdleTime"/> the pause does not grow. Default 1 s.</summary>
    public TimeSpan MaxIdleTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The shortest time from one read of a shard to the next while it is behind. Default 200 ms, the
    /// service's limit.</summary>
    public TimeSpan ReadInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The pause after a failed read; doubles up to <see cref="MaxReadBackoff"/>. Default 100 ms.</summary>
    public TimeSpan FirstReadBackoff { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between failed reads. Default 5 s.</summary>
    public TimeSpan MaxReadBackoff { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>When set, the worker checkpoints by itself: after a batch, at most once in this time for each shard,
    /// and when a shard is handed over. Zero: after every batch. Null (default): the processor checkpoints.</summary>
    public TimeSpan? AutoCheckpoint { get; set; }

    /// <summary>After this a call of the processor is reported as hanging, and again after each further such time. It
    /// is not ended: that could leave two of them at work. Default 60 s.</summary>
    public TimeSpan ProcessorLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a call may go on after its token was cancelled before it is reported; also how long a shard
    /// that is granted again waits for the call of the last holding. Default 10 s.</summary>
    public TimeSpan CancellationGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopping worker waits for its processors after its leases are given up. Default 30 s, the
    /// generic host's own limit.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What is done about records that cannot be processed.</summary>
    public PoisonOptions Poison { get; } = new();

    /// <summary>Called for every report, beside the log and the metrics; must return at once.</summary>
    public Action<ConsumerReport>? OnReport { get; set; }
}
