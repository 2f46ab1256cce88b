using System.Threading.Channels;
using Divvy.Core.Streams;
using Divvy.Streams.Aggregation;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Consuming;

/// <summary>Reads one shard ahead of its processor, as far as the worker's budget allows, until it is stopped or the
/// shard ends. Where to read is decided by <see cref="ReadCursor"/>, how much by <see cref="ReadBudget"/>, when by
/// <see cref="ReadPace"/>.</summary>
/// <remarks>Failures never end it: they are tried again with growing pauses, and reported from the
/// <see cref="ReportAfter"/>th in a row. An expired iterator is replaced at once. A stream that is gone is asked for
/// from time to time; a shard that its stream no longer knows has come to its end.</remarks>
internal sealed class ShardReader(
    LeaseTerm term,
    IKinesisClient kinesis,
    ReadGate gate,
    StreamConsumerOptions options,
    ShardReports reports,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Batches that may wait for the processor, whatever their size.</summary>
    private const int MaxBatches = 16;

    /// <summary>Failures in a row before one is worth a report: below it a pause usually helped.</summary>
    private const int ReportAfter = 5;

    /// <summary>How often a stream that is gone is asked for.</summary>
    private static readonly TimeSpan MissingStreamPause = TimeSpan.FromSeconds(30);

    private readonly ReadCursor cursor = new(term.Lease.Checkpoint, options.InitialTimestamp);
    private readonly ReadPace pace = new(options);
    private readonly ReadAccount account = gate.Open();
    private readonly Channel<FetchedBatch> batches = Channel.CreateBounded<FetchedBatch>(
        new BoundedChannelOptions(MaxBatches) { SingleReader = true, SingleWriter = true });

    private string? iterator;
    private int failures;
    private long buffered;

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
                var started = time.GetTimestamp();
                TimeSpan pause;
                try
                {
                    (ended, pause) = await ReadAsync(started, cancellationToken).ConfigureAwait(false);
                    failures = 0;
                }
                catch (ExpiredIteratorException)
                {
                    (iterator, pause) = (null, TimeSpan.Zero);
                }
                catch (StreamNotFoundException missing)
                {
                    (ended, pause) = await MissingAsync(missing, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception failure) when (failure is not OperationCanceledException
                    || !cancellationToken.IsCancellationRequested)
                {
                    pause = Failed(failure);
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

    private async Task<(bool Ended, TimeSpan Pause)> ReadAsync(long started, CancellationToken cancellationToken)
    {
        iterator ??= await PositionAsync(cancellationToken).ConfigureAwait(false);
        var grant = await gate.EnterAsync(account, cancellationToken).ConfigureAwait(false);
        RecordBatch answer;
        List<StreamRecord> records;
        var called = time.GetTimestamp();
        TimeSpan took;
        try
        {
            answer = await kinesis.GetRecordsAsync(iterator, grant.Limit, cancellationToken).ConfigureAwait(false);
            took = time.GetElapsedTime(called);
            records = [.. Deaggregator.Expand(answer.Records, term.Lease.HashKeys).Where(cursor.IsNew)];
        }
        catch
        {
            gate.Settle(account, 0, 0);
            throw;
        }
        var fetched = Take(answer, records);
        if (fetched.Records.Count > 0 || fetched.EndsShard)
            await batches.Writer.WriteAsync(fetched, cancellationToken).ConfigureAwait(false);
        iterator = answer.NextIterator;
        if (answer.Records.Count == 0)
            return (fetched.EndsShard, pace.Nothing(took));
        // A read that was kept small only because nothing was known yet is followed by the next at once.
        var goesOn = grant.IsGrowing && answer.Records.Count == grant.Limit;
        return (fetched.EndsShard, pace.Records(time.GetElapsedTime(started), goesOn));
    }

    private async Task<string> PositionAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        try
        {
            var position = await kinesis
                .GetShardIteratorAsync(term.Stream, term.Shard, cursor.Position, cancellationToken)
                .ConfigureAwait(false);
            cursor.Positioned(before);
            return position;
        }
        catch (KinesisException failure)
            when (failure is not StreamNotFoundException and not ThroughputExceededException)
        {
            cursor.PositionFailed();
            throw;
        }
    }

    private FetchedBatch Take(RecordBatch answer, List<StreamRecord> records)
    {
        var bytes = records.Sum(record => (long)ReadBudget.CostOf(record));
        var largest = records.Count == 0 ? 0 : records.Max(ReadBudget.CostOf);
        // A record of the service may hold many of the user's: the limit of a read counts those of the service.
        if (answer.Records.Count > 0 && records.Count > answer.Records.Count)
            largest = (int)Math.Min(ReadBudget.LargestRecord, bytes / answer.Records.Count);
        gate.Settle(account, bytes, largest);
        Count(bytes);
        cursor.Advance(answer.Records);
        BehindLatest = answer.BehindLatest;
        ConsumerMetrics.Behind(term.Stream, term.Shard, answer.BehindLatest);
        return new(records, bytes, answer.BehindLatest, answer.IsShardEnd, answer.Children);
    }

    private async Task<(bool Ended, TimeSpan Pause)> MissingAsync(
        StreamNotFoundException missing, CancellationToken cancellationToken)
    {
        iterator = null;
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
            return (false, Failed(failure));
        }
        if (shards.Any(shard => shard.Id == term.Shard))
            return (false, Failed(missing));
        reports.Report(
            ReportKind.ShardMissing,
            "its stream does not know it any more: what was not read of it is beyond the stream's retention; the lease"
                + " is finished",
            failure: missing);
        await batches.Writer.WriteAsync(new([], 0, TimeSpan.Zero, true, []), cancellationToken).ConfigureAwait(false);
        return (true, TimeSpan.Zero);
    }

    private TimeSpan Failed(Exception failure)
    {
        failures++;
        logger.ReadFailed(failure, term.Shard, term.Stream, failures);
        ConsumerMetrics.ReadFailed(term.Stream, (failure as KinesisException)?.ErrorType ?? failure.GetType().Name);
        if (failures % ReportAfter == 0)
        {
            reports.Report(ReportKind.ReadFailing, $"reading failed {failures} times, trying on", failure: failure);
            iterator = null;
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
