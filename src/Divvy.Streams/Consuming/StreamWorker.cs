using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Consuming;

/// <summary>Reads the shards of one or several streams together with other workers of the same application: holds the
/// leases that its store grants, and gives the records of each to a processor of its own.</summary>
/// <remarks>
/// <para>Runs without a host, too: <see cref="StartAsync"/>, later <see cref="StopAsync"/>, then
/// <see cref="DisposeAsync"/>. Owns the lease store it is given, not the Kinesis client.</para>
/// <para>Who takes which lease is the store's business (<see cref="ILeaseStore"/>), what happens in a shard is decided
/// by a state machine for each, and the memory of all shards together has one limit
/// (<see cref="StreamConsumerOptions.MaxBufferedBytes"/>).</para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class StreamWorker : ILeaseHolder, IAsyncDisposable
{
    private readonly StreamConsumerOptions options;
    private readonly ILeaseStore leases;
    private readonly IKinesisClient kinesis;
    private readonly Func<IRecordProcessor> processors;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ReadGate gate;
    private readonly FanOutConsumers? fanOut;
    private readonly Lock guard = new();
    private readonly Dictionary<(string Stream, string Shard), ShardConsumer> consumers = [];
    private bool started;

    /// <param name="options">What to read and how; checked.</param>
    /// <param name="leases">Gives the leases; disposed with the worker.</param>
    /// <param name="kinesis">Reads the streams; left alone.</param>
    /// <param name="processors">Makes a processor for each holding of a shard; the worker disposes it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="ArgumentException">The options are wrong; names every error.</exception>
    public StreamWorker(
        StreamConsumerOptions options,
        ILeaseStore leases,
        IKinesisClient kinesis,
        Func<IRecordProcessor> processors,
        TimeProvider time,
        ILogger<StreamWorker> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = StreamConsumerOptionsValidator.Errors(options).ToList();
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        (this.options, this.leases, this.kinesis) = (options, leases, kinesis);
        (this.processors, this.time, this.logger) = (processors, time, logger);
        gate = new(options.MaxBufferedBytes, options.GetRecordsLimit, options.MaxReadsAtOnce);
        if (options.FanOutConsumer is { } name)
            fanOut = new(name, kinesis, time, ReportMissing);
    }

    /// <summary>The shards this worker works on now, those it is leaving included.</summary>
    public IReadOnlyList<ShardStatus> Shards
    {
        get
        {
            lock (guard)
                return [.. consumers.Values.Select(consumer => consumer.Status)];
        }
    }

    /// <summary>What records that are read and not processed, and reads under way, take at most now.</summary>
    public long HeldBytes => gate.Held;

    /// <summary>Begins to take leases.</summary>
    /// <exception cref="LeaseStoreException">The lease store cannot be used.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        started = true;
        return leases.StartAsync(this, cancellationToken);
    }

    /// <summary>Hands every shard over: finishes what is under way, lets the processors checkpoint, gives the leases
    /// up, and leaves. When the token is cancelled, what is left is given up without the processors' last word.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!started)
            return;
        started = false;
        try
        {
            await leases.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await EndConsumersAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends at once: leases that are still held expire.</summary>
    public async ValueTask DisposeAsync()
    {
        await leases.DisposeAsync().ConfigureAwait(false);
        await EndConsumersAsync().ConfigureAwait(false);
        fanOut?.Dispose();
    }

    void ILeaseHolder.Granted(LeaseTerm term)
    {
        var consumer = new ShardConsumer(term, leases, kinesis, fanOut, processors, gate, options, time, logger);
        lock (guard)
        {
            var predecessor = consumers.GetValueOrDefault((term.Stream, term.Shard));
            consumers[(term.Stream, term.Shard)] = consumer;
            consumer.Start(predecessor?.Completion ?? Task.CompletedTask, Forget);
        }
    }

    Task ILeaseHolder.YieldAsync(LeaseTerm term, CancellationToken forced) =>
        Find(term)?.YieldAsync(forced) ?? Task.CompletedTask;

    void ILeaseHolder.Lost(LeaseTerm term) => Find(term)?.Lose();

    private ShardConsumer? Find(LeaseTerm term)
    {
        lock (guard)
        {
            var consumer = consumers.GetValueOrDefault((term.Stream, term.Shard));
            return consumer?.Term == term ? consumer : null;
        }
    }

    private void Forget(ShardConsumer consumer)
    {
        var key = (consumer.Term.Stream, consumer.Term.Shard);
        lock (guard)
        {
            if (consumers.GetValueOrDefault(key) == consumer)
                consumers.Remove(key);
        }
    }

    private void ReportMissing(string stream, KinesisException failure) => ShardReports.Report(
        options,
        logger,
        new(
            ReportKind.FanOutMissing,
            stream,
            Shard: "",
            $"Stream {stream}: its service has no enhanced fan-out (emulators lack it); its records are asked for"
                + " instead. Leave FanOutConsumer out to do that without this report.",
            Record: null,
            failure));

    private async Task EndConsumersAsync()
    {
        ShardConsumer[] left;
        lock (guard)
            left = [.. consumers.Values];
        foreach (var consumer in left)
            consumer.Lose();
        try
        {
            await Task.WhenAll(left.Select(consumer => consumer.Completion))
                .WaitAsync(options.StopTimeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var running = left.Where(consumer => !consumer.Completion.IsCompleted);
            logger.StoppedWithCalls(
                options.WorkerId, string.Join(", ", running.Select(consumer => consumer.Term.Shard)));
        }
    }
}
