using System.Diagnostics;
using Divvy.Streams.Kinesis;
using Divvy.Streams.Leases;
using Microsoft.Extensions.Logging;

namespace Divvy.Streams.Consuming;

/// <summary>One holding of one shard: does what <see cref="ShardMachine"/> says, step by step, while a
/// <see cref="ShardReader"/> reads ahead.</summary>
/// <remarks>
/// <para><b>Giving up</b> (<see cref="YieldAsync"/>): reading stops, what was read and not delivered is thrown away,
/// the call under way is let finish, the processor is asked to shut down and checkpoints; then the lease may go. The
/// processor's disposal does not delay it. When the next owner does not wait any longer, the call's token is cancelled
/// and the lease goes without the processor's last word.</para>
/// <para><b>Losing</b> (<see cref="Lose"/>): every token is cancelled; when the call under way has returned the
/// processor is told. A call that never returns keeps this object alive, and is reported; the lease is gone all the
/// same, and the checkpoints of such a call are refused.</para>
/// </remarks>
internal sealed class ShardConsumer
{
    private readonly LeaseTerm term;
    private readonly ILeaseStore leases;
    private readonly Func<IRecordProcessor> processors;
    private readonly StreamConsumerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ShardMachine machine;
    private readonly ShardReader reader;
    private readonly TermCheckpointer checkpointer;
    private readonly ShardReports reports;
    private readonly CallWatch watch;
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource leave = new();
    private readonly TaskCompletionSource given = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IRecordProcessor? processor;
    private FetchedBatch? fetched;
    private Exception? lastFailure;
    private StreamRecord? underWay;
    private long? lastCheckpointAt;
    private long records;

    public ShardConsumer(
        LeaseTerm term,
        ILeaseStore leases,
        IKinesisClient kinesis,
        FanOutConsumers? fanOut,
        Func<IRecordProcessor> processors,
        ReadGate gate,
        StreamConsumerOptions options,
        TimeProvider time,
        ILogger logger)
    {
        (this.term, this.leases, this.processors) = (term, leases, processors);
        (this.options, this.time, this.logger) = (options, time, logger);
        machine = new(options.Poison);
        reports = new(term, options, logger);
        reader = new(term, kinesis, fanOut, gate, options, reports, time, logger);
        checkpointer = new(term, leases);
        watch = new(options.ProcessorLimit, options.CancellationGrace, time, ReportCall);
    }

    /// <summary>Ends when the holding is over and its processor is disposed. Does not fail.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public LeaseTerm Term => term;

    public ShardStatus Status => new(
        term.Stream,
        term.Shard,
        machine.Phase,
        checkpointer.Written,
        reader.BehindLatest,
        Interlocked.Read(ref records),
        reader.BufferedBytes);

    /// <summary>Begins, once the last holding of the shard by this worker is over.</summary>
    /// <param name="predecessor">Ends with the last holding.</param>
    /// <param name="over">Called when this holding is over.</param>
    public void Start(Task predecessor, Action<ShardConsumer> over) =>
        Completion = Task.Run(() => RunAsync(predecessor, over));

    /// <summary>Returns when the lease may go to its next owner.</summary>
    public async Task YieldAsync(CancellationToken forced)
    {
        var began = time.GetTimestamp();
        using var trace = ConsumerTraces.Handover(term);
        leave.Cancel();
        try
        {
            await given.Task.WaitAsync(forced).ConfigureAwait(false);
            ConsumerMetrics.HandedOver(term.Stream, time.GetElapsedTime(began));
        }
        catch (OperationCanceledException)
        {
            reports.Report(
                ReportKind.CancellationIgnored,
                "the next owner begins although the processor has not finished; what it did since its last checkpoint"
                    + " is done again",
                underWay);
            Lose();
        }
    }

    /// <summary>The lease is gone: returns at once.</summary>
    public void Lose()
    {
        // The application's callbacks hang on this token: they run on another thread than the lease store's.
        _ = CancelAsync();
        leave.Cancel();
    }

    private async Task RunAsync(Task predecessor, Action<ShardConsumer> over)
    {
        ConsumerMetrics.LeasesChanged(term.Stream, options.WorkerId, 1);
        using var ended = term.Ended.UnsafeRegister(static state => ((ShardConsumer)state!).Lose(), this);
        var reading = Task.CompletedTask;
        try
        {
            await AwaitPredecessorAsync(predecessor).ConfigureAwait(false);
            reading = reader.RunAsync(leave.Token);
            for (var step = NextStep(); step != ShardStep.Done; step = NextStep())
                await TakeAsync(step).ConfigureAwait(false);
        }
        catch (Exception broken)
        {
            logger.ConsumerBroken(broken, term.Shard, term.Stream);
        }
        finally
        {
            given.TrySetResult();
            leave.Cancel();
            await reading.ConfigureAwait(false);
            reader.Close();
            await DisposeProcessorAsync().ConfigureAwait(false);
            checkpointer.Dispose();
            ConsumerMetrics.LeasesChanged(term.Stream, options.WorkerId, -1);
            over(this);
        }
    }

    private ShardStep NextStep()
    {
        if (stop.IsCancellationRequested)
            machine.Lose();
        else if (leave.IsCancellationRequested)
            machine.Leave();
        return machine.Next;
    }

    private async Task AwaitPredecessorAsync(Task predecessor)
    {
        try
        {
            await predecessor.WaitAsync(options.CancellationGrace, time, leave.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            logger.PredecessorRuns(term.Shard, term.Stream);
        }
        catch (OperationCanceledException)
        {
            // Left before it began: the first step says what follows.
        }
    }

    private Task TakeAsync(ShardStep step) => step switch
    {
        ShardStep.Initialize => InitializeAsync(),
        ShardStep.Receive => ReceiveAsync(),
        ShardStep.Process => ProcessAsync(),
        ShardStep.Pause => PauseAsync(),
        ShardStep.Skip => SkipAsync(),
        ShardStep.Park => WaitAsync(Timeout.InfiniteTimeSpan),
        ShardStep.EndShard => EndShardAsync(),
        ShardStep.Finish => FinishAsync(),
        ShardStep.RequestShutdown => RequestShutdownAsync(),
        ShardStep.TellLost => TellLostAsync(),
        _ => throw new UnreachableException($"no action for {step}"),
    };

    private async Task InitializeAsync()
    {
        var lease = term.Lease;
        if (lease.Parents.IsEmpty)
            logger.Initializing(term.Shard, term.Stream, lease.Checkpoint);
        else
            logger.InitializingChild(term.Shard, string.Join(", ", lease.Parents), term.Stream, lease.Checkpoint);
        var start = new ShardStart
        {
            Stream = term.Stream,
            Shard = term.Shard,
            Worker = options.WorkerId,
            Parents = lease.Parents,
            Checkpoint = lease.Checkpoint,
            Pending = lease.PendingCheckpoint,
            PendingState = lease.PendingState.AsMemory(),
            Fence = term.Fence,
            LeaseEnded = stop.Token,
        };
        var succeeded = await CallAsync(
            nameof(IRecordProcessor.InitializeAsync),
            token => (processor = processors()).InitializeAsync(start, token)).ConfigureAwait(false);
        if (succeeded)
            machine.Initialized();
        else
            await DisposeProcessorAsync().ConfigureAwait(false);
    }

    private async Task ReceiveAsync()
    {
        try
        {
            if (!await reader.Batches.WaitToReadAsync(leave.Token).ConfigureAwait(false)
                || !reader.Batches.TryRead(out fetched))
            {
                await WaitAsync(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        machine.Received(fetched.Records);
        if (fetched.EndsShard)
            machine.EndReached();
    }

    private async Task ProcessAsync()
    {
        var pending = machine.Pending;
        var batch = new ProcessorBatch
        {
            Stream = term.Stream,
            Shard = term.Shard,
            Records = pending,
            BehindLatest = fetched!.BehindLatest,
            Attempt = machine.Attempt,
            Checkpointer = checkpointer,
        };
        underWay = pending[0];
        checkpointer.TakeStoreFailure();
        checkpointer.Deliver(pending[^1]);
        using var trace = ConsumerTraces.Process(term, pending.Count, batch.Attempt);
        var began = time.GetTimestamp();
        try
        {
            await watch.RunAsync(
                nameof(IRecordProcessor.ProcessAsync), token => processor!.ProcessAsync(batch, token), stop.Token)
                .ConfigureAwait(false);
            machine.Processed();
            Interlocked.Add(ref records, pending.Count);
            ConsumerMetrics.Processed(
                term.Stream,
                term.Shard,
                pending.Count,
                pending.Sum(record => (long)record.Data.Length),
                time.GetElapsedTime(began));
        }
        catch (Exception failure)
        {
            trace?.SetStatus(ActivityStatusCode.Error, failure.Message);
            ConsumerMetrics.ProcessFailed(term.Stream, time.GetElapsedTime(began));
            Failed(failure, pending.Count);
        }
        underWay = null;
        checkpointer.Complete(machine.Completed);
        await AutoCheckpointAsync(onlyIfDue: true).ConfigureAwait(false);
        if (machine.IsIdle)
            ReleaseBatch();
    }

    private void Failed(Exception failure, int count)
    {
        if (failure is LeaseLostException || stop.IsCancellationRequested)
        {
            machine.Lose();
            return;
        }
        lastFailure = failure;
        logger.ProcessFailed(failure, count, term.Shard, term.Stream, machine.Attempt);
        var storeFailed = checkpointer.TakeStoreFailure();
        var exhausted = machine.Failed(
            (failure as RecordFailedException)?.Record, checkpointer.Written, countsAsAttempt: !storeFailed);
        if (exhausted is null)
            return;
        switch (options.Poison.Action)
        {
            case PoisonAction.Retry:
                reports.Report(
                    ReportKind.RecordFailing,
                    $"still fails after {options.Poison.MaxAttempts} attempts, trying on",
                    exhausted,
                    failure);
                break;
            case PoisonAction.StopShard:
                reports.Report(
                    ReportKind.ShardStopped,
                    $"failed {options.Poison.MaxAttempts} times; the shard stops here until its lease moves",
                    exhausted,
                    failure);
                break;
        }
    }

    private async Task SkipAsync()
    {
        var record = machine.Pending[0];
        if (options.Poison.OnSkip is { } onSkip)
        {
            var poison = new PoisonRecord(term.Stream, term.Shard, record, lastFailure!);
            underWay = record;
            var taken = await CallAsync(nameof(PoisonOptions.OnSkip), token => onSkip(poison, token).AsTask())
                .ConfigureAwait(false);
            underWay = null;
            if (!taken)
                return;
        }
        reports.Report(
            ReportKind.RecordSkipped, $"left out after {options.Poison.MaxAttempts} attempts", record, lastFailure);
        machine.Skipped();
        checkpointer.Complete(machine.Completed);
        if (machine.IsIdle)
            ReleaseBatch();
    }

    private async Task EndShardAsync()
    {
        var told = await CallAsync(
            nameof(IRecordProcessor.ShardEndedAsync), token => processor!.ShardEndedAsync(checkpointer, token))
            .ConfigureAwait(false);
        if (told)
            machine.EndTold();
    }

    private async Task FinishAsync()
    {
        try
        {
            await leases.FinishAsync(term, fetched!.Children, stop.Token).ConfigureAwait(false);
            logger.ShardEnded(term.Shard, term.Stream);
            machine.Close();
        }
        catch (LeaseLostException)
        {
            machine.Lose();
        }
        catch (Exception failure)
        {
            if (machine.CallFailed() % options.Poison.MaxAttempts == 0)
                reports.Report(ReportKind.ProcessorFailed, "its lease cannot be finished, trying on", failure: failure);
        }
    }

    private async Task RequestShutdownAsync()
    {
        try
        {
            await watch.RunAsync(
                nameof(IRecordProcessor.ShutdownRequestedAsync),
                token => processor!.ShutdownRequestedAsync(checkpointer, token),
                stop.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            if (failure is not LeaseLostException && !stop.IsCancellationRequested)
            {
                reports.Report(
                    ReportKind.ProcessorFailed,
                    $"{nameof(IRecordProcessor.ShutdownRequestedAsync)} failed; what is not checkpointed is done again",
                    failure: failure);
            }
        }
        await AutoCheckpointAsync(onlyIfDue: false).ConfigureAwait(false);
        logger.HandedOver(term.Shard, term.Stream, checkpointer.Written);
        given.TrySetResult();
        machine.Close();
    }

    private async Task TellLostAsync()
    {
        given.TrySetResult();
        logger.LeaseLost(term.Shard, term.Stream, checkpointer.Written);
        using var late = new CancellationTokenSource(options.CancellationGrace, time);
        try
        {
            await watch.RunAsync(
                nameof(IRecordProcessor.LeaseLostAsync), token => processor!.LeaseLostAsync(token), late.Token)
                .ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            reports.Report(
                ReportKind.ProcessorFailed, $"{nameof(IRecordProcessor.LeaseLostAsync)} failed", failure: failure);
        }
        machine.Close();
    }

    private async Task PauseAsync()
    {
        await WaitAsync(machine.Backoff).ConfigureAwait(false);
        machine.Paused();
    }

    /// <summary>A call without records; when it fails the machine pauses and asks for it again.</summary>
    private async Task<bool> CallAsync(string name, Func<CancellationToken, Task> call)
    {
        try
        {
            await watch.RunAsync(name, call, stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure)
        {
            if (failure is LeaseLostException || stop.IsCancellationRequested)
                machine.Lose();
            else
            {
                machine.CallFailed();
                reports.Report(ReportKind.ProcessorFailed, $"{name} failed, trying again", underWay, failure);
            }
            return false;
        }
    }

    private async Task AutoCheckpointAsync(bool onlyIfDue)
    {
        if (options.AutoCheckpoint is not { } interval || stop.IsCancellationRequested)
            return;
        if (onlyIfDue && lastCheckpointAt is { } last && time.GetElapsedTime(last) < interval)
            return;
        try
        {
            await checkpointer.CheckpointAsync(stop.Token).ConfigureAwait(false);
            lastCheckpointAt = time.GetTimestamp();
        }
        catch (LeaseLostException)
        {
            machine.Lose();
        }
        catch (Exception failure) when (failure is LeaseStoreException or OperationCanceledException)
        {
            // Nothing is lost: the next checkpoint says the same and more.
            logger.CheckpointFailed(failure, term.Shard, term.Stream);
        }
    }

    /// <summary>Waits until the time is over or the shard is given up or lost.</summary>
    private async Task WaitAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, time, leave.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next step says what follows.
        }
    }

    private void ReleaseBatch()
    {
        reader.Release(fetched!);
        if (!fetched!.EndsShard)
            fetched = null;
    }

    private async Task DisposeProcessorAsync()
    {
        try
        {
            if (processor is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            else
                (processor as IDisposable)?.Dispose();
        }
        catch (Exception failure)
        {
            logger.DisposeFailed(failure, term.Shard, term.Stream);
        }
        processor = null;
    }

    private void ReportCall(ReportKind kind, string call, TimeSpan since) => reports.Report(
        kind,
        kind == ReportKind.ProcessorHangs
            ? $"{call} has been running for {since.TotalSeconds:0.#} s"
            : $"{call} goes on although its token was cancelled, after {since.TotalSeconds:0.#} s",
        underWay);

    private async Task CancelAsync()
    {
        try
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException failure)
        {
            logger.CallbackFailed(failure, term.Shard, term.Stream);
        }
    }
}
