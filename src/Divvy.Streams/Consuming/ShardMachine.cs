using System.Diagnostics;
using Divvy.Core.Streams;
using Divvy.Streams.Kinesis;

namespace Divvy.Streams.Consuming;

/// <summary>One holding of one shard as a state machine: says what to do next and takes what came of it. Pure: no
/// clock, no task; one caller at a time.</summary>
/// <remarks>
/// <para><b>The way.</b> Initialize, then receive and process until the shard ends, is given up or is lost; then
/// exactly one of the last calls, and only when the processor was initialized. Losing goes before giving up, giving up
/// before everything else: <see cref="Leave"/> and <see cref="Lose"/> may come while any step is under way, and the
/// next step follows them.</para>
/// <para><b>Failures.</b> A batch that failed comes again after a pause, without what was checkpointed in it. When its
/// attempts are used up its records come alone, so that the one to blame is known; that one's attempts then count, and
/// the policy decides about it. While they succeed twice as many come at a time, and one alone again after a failure:
/// a fault that healed costs few calls. A processor that names the record spares the search. A checkpoint that could
/// not be stored is no fault of any record: it never uses up attempts.</para>
/// <para><b>What may be checkpointed.</b> <see cref="Completed"/> is the last record that was processed or left out,
/// with all before it.</para>
/// </remarks>
internal sealed class ShardMachine(PoisonOptions policy)
{
    /// <summary>Beyond this many doublings the longest pause is reached whatever the first is.</summary>
    private const int MaxDoublings = 30;

    private IReadOnlyList<StreamRecord> batch = [];
    private int first;
    private int failures;
    private int storeFailures;
    private int size = int.MaxValue;
    private bool paused;
    private bool skipping;
    private bool stopped;
    private bool initialized;
    private bool endReached;
    private bool endTold;
    private bool leaving;
    private bool lost;
    private bool done;

    /// <summary>What to do now.</summary>
    public ShardStep Next
    {
        get
        {
            if (done)
                return ShardStep.Done;
            if (lost)
                return HasLastCall ? ShardStep.TellLost : ShardStep.Done;
            if (leaving)
                return HasLastCall ? ShardStep.RequestShutdown : ShardStep.Done;
            if (paused)
                return ShardStep.Pause;
            if (!initialized)
                return ShardStep.Initialize;
            if (stopped)
                return ShardStep.Park;
            if (skipping)
                return ShardStep.Skip;
            if (first < batch.Count)
                return ShardStep.Process;
            if (!endReached)
                return ShardStep.Receive;
            return endTold ? ShardStep.Finish : ShardStep.EndShard;
        }
    }

    /// <summary>For people: what the holding is doing.</summary>
    public ShardPhase Phase => lost || leaving || done ? ShardPhase.Leaving
        : !initialized ? ShardPhase.Initializing
        : stopped ? ShardPhase.Stopped
        : endReached && first == batch.Count ? ShardPhase.Ending
        : ShardPhase.Processing;

    /// <summary>What <see cref="ShardStep.Process"/> gives: the batch's rest, or some records at its head.</summary>
    public IReadOnlyList<StreamRecord> Pending =>
        first == 0 && size >= batch.Count ? batch : [.. batch.Skip(first).Take(PendingCount)];

    /// <summary>How often <see cref="Pending"/> is given, this time included.</summary>
    public int Attempt => failures + 1;

    /// <summary>How long to wait.</summary>
    public TimeSpan Backoff { get; private set; }

    /// <summary>The last record that is dealt with, with all before it; null: none of this holding.</summary>
    public StreamRecord? Completed { get; private set; }

    /// <summary>Whether everything that was received is dealt with.</summary>
    public bool IsIdle => first == batch.Count;

    private int PendingCount => Math.Min(size, batch.Count - first);

    public void Initialized() => (initialized, failures) = (true, 0);

    public void Received(IReadOnlyList<StreamRecord> records)
    {
        Require(ShardStep.Receive);
        (batch, first, failures, storeFailures, size) = (records, 0, 0, 0, int.MaxValue);
    }

    public void EndReached() => endReached = true;

    /// <summary>The processor took <see cref="Pending"/>.</summary>
    public void Processed() => Complete(PendingCount);

    /// <summary>The processor refused <see cref="Pending"/>.</summary>
    /// <param name="culprit">The record that it named; null: none.</param>
    /// <param name="written">How far the shard is written down as processed.</param>
    /// <param name="countsAsAttempt">False when the fault lies with the lease store.</param>
    /// <returns>The record whose attempts are used up now; null: none.</returns>
    public StreamRecord? Failed(StreamRecord? culprit, Checkpoint written, bool countsAsAttempt)
    {
        SkipWritten(written);
        if (first == batch.Count)
            return null;
        if (!countsAsAttempt)
        {
            Wait(++storeFailures);
            return null;
        }
        failures++;
        if (culprit is not null)
            Blame(culprit);
        Wait(failures);
        if (PendingCount == 1)
            return failures < policy.MaxAttempts ? null : Exhaust();
        if (IsSearching || failures >= policy.MaxAttempts)
            (size, failures, paused) = (1, 0, false);
        return null;
    }

    /// <summary>A call without records (initialize, shard ended, finish, dead letter) did not succeed: again after a
    /// pause.</summary>
    /// <returns>How often it failed in a row.</returns>
    public int CallFailed()
    {
        failures++;
        Wait(failures);
        return failures;
    }

    /// <summary>The pause is over.</summary>
    public void Paused() => paused = false;

    /// <summary>The first pending record is left out.</summary>
    public void Skipped()
    {
        Require(ShardStep.Skip);
        skipping = false;
        Complete(1);
    }

    /// <summary>The processor knows that the shard has ended.</summary>
    public void EndTold() => (endTold, failures) = (true, 0);

    /// <summary>The lease is to be given up.</summary>
    public void Leave() => leaving = true;

    /// <summary>The lease is gone.</summary>
    public void Lose() => lost = true;

    /// <summary>The last step was made.</summary>
    public void Close() => done = true;

    private void Complete(int records)
    {
        first += records;
        (failures, storeFailures) = (0, 0);
        Completed = batch[first - 1];
        if (IsSearching)
            size = size < batch.Count ? size * 2 : int.MaxValue;
    }

    private bool HasLastCall => initialized && !endTold;

    private bool IsSearching => size != int.MaxValue;

    private void SkipWritten(Checkpoint written)
    {
        if (!written.IsRecord)
            return;
        var before = first;
        while (first < batch.Count && !written.IsBefore(CheckpointOf(batch[first])))
            first++;
        if (first == before)
            return;
        Completed = batch[first - 1];
        failures = 0;
    }

    private void Blame(StreamRecord culprit)
    {
        for (var index = first; index < batch.Count; index++)
        {
            if (!ReferenceEquals(batch[index], culprit))
                continue;
            if (index > first)
            {
                (first, failures) = (index, 1);
                Completed = batch[index - 1];
            }
            else if (failures >= policy.MaxAttempts)
            {
                // The same record at the head each time: it needs not come alone to be known.
                size = 1;
            }
            return;
        }
    }

    private StreamRecord Exhaust()
    {
        var record = batch[first];
        switch (policy.Action)
        {
            case PoisonAction.Skip:
                (skipping, paused, failures) = (true, false, 0);
                break;
            case PoisonAction.StopShard:
                (stopped, paused) = (true, false);
                break;
            case PoisonAction.Retry:
                Wait(MaxDoublings);
                break;
            default:
                throw new UnreachableException($"no rule for {policy.Action}");
        }
        return record;
    }

    private void Wait(int round)
    {
        var doubled = policy.FirstBackoff * Math.Pow(2, Math.Clamp(round - 1, 0, MaxDoublings));
        Backoff = doubled < policy.MaxBackoff ? doubled : policy.MaxBackoff;
        paused = true;
    }

    private void Require(ShardStep step)
    {
        if (Next != step && !leaving && !lost)
            throw new InvalidOperationException($"the shard's next step is {Next}, not {step}");
    }

    private static Checkpoint CheckpointOf(StreamRecord record) => new(record.SequenceNumber, record.SubSequenceNumber);
}
