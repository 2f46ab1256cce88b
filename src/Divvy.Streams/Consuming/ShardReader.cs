using System.Threading.Channels;
using Divvy.Core.Streams;
using Divvy.Streams.Aggregation;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Consuming;

/// <summary>Reads one shard ahead of its processor, as far as the worker's budget allows, until it is stopped or the
/// shard ends. Where to read is decided by <see cref="ReadCursor"/>, how much by <see cref="ReadBudget"/>, when and
/// how records come is the business of an <see cref="IShardFeed"/>.</summary>
/// <remarks>Failures never end it: they are tried again with growing pauses, and reported from the
/// <see cref="ReportAfter"/>th in a row. An expired iterator is replaced at once. A stream that is gone is asked for
/// from time to time; a shard that its stream no longer knows has come to its end.</remarks>
internal sealed class ShardReader
{
    /// <summary>Batches that may wait for the processor, whatever their size.</summary>
    private const int MaxBatches = 16;

    /// <summary>Failures in a row before one is worth a report: below it a pause usually helped.</summary>
    private const int ReportAfter = 5;

    /// <summary>How often a stream that is gone is asked for.</summary>
    private static readonly TimeSpan MissingStreamPause = TimeSpan.FromSeconds(30);

    private readonly Channel<FetchedBatch> batches = Channel.CreateBounded<FetchedBatch>(
        new BoundedChannelOptions(MaxBatches) { SingleReader = true, SingleWriter = true });

    private readonly LeaseTerm term;
    private readonly IKinesisClient kinesis;
    private readonly ReadGate gate;
    private readonly StreamConsumerOptions options;
    private readonly ShardReports reports;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ReadCursor cursor;
    private readonly ReadAccount account;
    private readonly IShardFeed feed;

    private int failures;
    private long buffered;

    /// <param name="term">The holding.</param>
    /// <param name="kinesis">The service.</param>
    /// <param name="fanOut">Registrations for enhanced fan-out; null: records are asked for.</param>
    /// <param name="gate">The worker's budget.</param>
    /// <param name="options">How to read.</param>
    /// <param name="reports">Where failures go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public ShardReader(
        LeaseTerm term,
        IKinesisClient kinesis,
        FanOutConsumers? fanOut,
        ReadGate gate,
        StreamConsumerOptions options,
        ShardReports reports,
        TimeProvider time,
        ILogger logger)
    {
        (this.term, this.kinesis, this.gate, this.options) = (term, kinesis, gate, options);
        (this.reports, this.time, this.logger) = (reports, time, logger);
        cursor = new(term.Lease.Checkpoint, options.InitialTimestamp);
        account = gate.Open();
        feed = new PolledFeed(term, kinesis, gate, account, cursor, options, time);
        if (fanOut is not null)
            feed = new PushedFeed(term, kinesis, fanOut, gate, account, cursor, time, feed);
    }

    /// <summary>What was read; whoever takes a batch releases it.</summary>
    public ChannelReader<FetchedBatch> Batches => batches.Reader;

    /// <summary>How far reading is behind; null before the first read.</summary>
    public TimeSpan? BehindLatest { get; private set; }

    /// <summary>Bytes read and not released.</summary>
    public long BufferedBytes => Interlocked.Read(ref buffered);

    /// <summary>Reads until stopped or at the end. Does not throw.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var ended = false;
            while (!ended)
            {
                TimeSpan pause;
                try
                {
                    (ended, pause) = await ReadAsync(cancellationToken).ConfigureAwait(false);
                    failures = 0;
                }
                catch (ExpiredIteratorException)
                {
                    await feed.ResetAsync().ConfigureAwait(false);
                    pause = TimeSpan.Zero;
                }
                catch (StreamNotFoundException missing)
                {
                    (ended, pause) = await MissingAsync(missing, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception failure) when (failure is not OperationCanceledException
                    || !cancellationToken.IsCancellationRequested)
                {
                    pause = await FailedAsync(failure).ConfigureAwait(false);
                }
                if (!ended && pause > TimeSpan.Zero)
                    await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: what was read and not taken is released with the account.
        }
        finally
        {
            batches.Writer.TryComplete();
            await feed.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The batch is processed or thrown away.</summary>
    public void Release(FetchedBatch batch)
    {
        gate.Release(account, batch.Bytes);
        Count(-batch.Bytes);
    }

    /// <summary>Gives back everything that was not taken, after <see cref="RunAsync"/>.</summary>
    public void Close()
    {
        gate.Close(account);
        Count(-BufferedBytes);
    }

    private async Task<(bool Ended, TimeSpan Pause)> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await feed.NextAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<StreamRecord> records;
        try
        {
            records = cursor.New(Deaggregator.Expand(answer.Records, term.Lease.HashKeys));
        }
        catch
        {
            gate.Settle(account, 0, 0);
            throw;
        }
        var fetched = Take(answer, records);
        if (fetched.Records.Count > 0 || fetched.EndsShard)
            await batches.Writer.WriteAsync(fetched, cancellationToken).ConfigureAwait(false);
        return (fetched.EndsShard, feed.PauseAfter(answer));
    }

    private FetchedBatch Take(RecordBatch answer, IReadOnlyList<StreamRecord> records)
    {
        var bytes = 0L;
        foreach (var record in records)
            bytes += ReadBudget.CostOf(record);
        // A record of the service may hold many of the user's: the limit of a read counts those of the service.
        gate.Settle(account, bytes, answer.Records.Count);
        Count(bytes);
        cursor.Advance(answer.Records);
        BehindLatest = answer.BehindLatest;
        ConsumerMetrics.Behind(term.Stream, term.Shard, answer.BehindLatest);
        return new(records, bytes, answer.BehindLatest, answer.IsShardEnd, answer.Children);
    }

    private async Task<(bool Ended, TimeSpan Pause)> MissingAsync(
        StreamNotFoundException missing, CancellationToken cancellationToken)
    {
        await feed.ResetAsync().ConfigureAwait(false);
        IReadOnlyList<StreamShard> shards;
        try
        {
            shards = await kinesis.ListShardsAsync(term.Stream, cancellationToken).ConfigureAwait(false);
        }
        catch (StreamNotFoundException)
        {
            reports.Report(
                ReportKind.StreamMissing,
                $"the stream does not exist any more; asked again every {MissingStreamPause.TotalSeconds:0} s",
                failure: missing);
            return (false, MissingStreamPause);
        }
        catch (KinesisException failure)
        {
            return (false, await FailedAsync(failure).ConfigureAwait(false));
        }
        if (shards.Any(shard => shard.Id == term.Shard))
            return (false, await FailedAsync(missing).ConfigureAwait(false));
        reports.Report(
            ReportKind.ShardMissing,
            "its stream does not know it any more: what was not read of it is beyond the stream's retention; the lease"
                + " is finished",
            failure: missing);
        await batches.Writer.WriteAsync(new([], 0, TimeSpan.Zero, true, []), cancellationToken).ConfigureAwait(false);
        return (true, TimeSpan.Zero);
    }

    private async ValueTask<TimeSpan> FailedAsync(Exception failure)
    {
        failures++;
        logger.ReadFailed(failure, term.Shard, term.Stream, failures);
        ConsumerMetrics.ReadFailed(term.Stream, (failure as KinesisException)?.ErrorType ?? failure.GetType().Name);
        if (failures % ReportAfter == 0)
        {
            reports.Report(ReportKind.ReadFailing, $"reading failed {failures} times, trying on", failure: failure);
            await feed.ResetAsync().ConfigureAwait(false);
        }
        var doubled = options.FirstReadBackoff * Math.Pow(2, Math.Min(failures - 1, 30));
        return doubled < options.MaxReadBackoff ? doubled : options.MaxReadBackoff;
    }

    private void Count(long bytes)
    {
        Interlocked.Add(ref buffered, bytes);
        ConsumerMetrics.BufferChanged(term.Stream, bytes);
    }
}
