using Divvy.Client.Etcd;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Telemetry;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Sessions;

/// <summary>Turns a session's acknowledgements into steps, and tries each until the record has moved past what it
/// answers: a step that met a changed session or a store that was away is decided anew, never dropped (C10).</summary>
internal sealed class AcknowledgementPump(
    string space, StoreMirror mirror, StepQueue steps, CoordinationMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>Pause before acknowledgements that could not be carried out are looked at again.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<ShardId, long> failedAt = [];

    public AcknowledgementBox Box { get; } = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var acks = await Box.TakeAsync(cancellationToken).ConfigureAwait(false);
            var again = await CarryOutAsync(acks, cancellationToken).ConfigureAwait(false);
            if (again.Count == 0)
                continue;
            await Task.Delay(RetryDelay, time, cancellationToken).ConfigureAwait(false);
            Box.PutBack(again);
        }
    }

    private async Task<IReadOnlyList<AckFromInstance>> CarryOutAsync(
        IReadOnlyList<AckFromInstance> acks, CancellationToken cancellationToken)
    {
        var snapshot = mirror.Current.Get(space);
        var planned = new List<ShardStep>();
        var answered = new List<AckFromInstance>();
        var again = new List<AckFromInstance>();
        foreach (var ack in acks)
        {
            if (!snapshot.Shards.TryGetValue(ack.Shard, out var shard))
                continue;
            // An instance that came from another server may answer a record that is not here yet.
            if (shard.Revision < ack.Revision)
            {
                again.Add(ack);
                continue;
            }
            if (FailedActivation.Concerns(shard, ack) && !IsDue(ack.Shard))
            {
                again.Add(ack);
                continue;
            }
            var outcome = FailedActivation.Concerns(shard, ack)
                ? FailedActivation.Relocate(shard, ack, snapshot)
                : Handoff.OnAcknowledged(shard, ack);
            if (!outcome.IsStep)
            {
                logger.AcknowledgementIgnored(ack.Kind, ack.Shard, ack.Session, outcome.Refusal);
                continue;
            }
            planned.Add(new ShardStep(outcome.Step, shard.Record));
            answered.Add(ack);
        }
        if (planned.Count > 0)
            again.AddRange(await CommitAsync(planned, answered, cancellationToken).ConfigureAwait(false));
        return again;
    }

    private bool IsDue(ShardId shard)
    {
        if (!failedAt.TryGetValue(shard, out var since))
            failedAt[shard] = since = time.GetTimestamp();
        if (time.GetElapsedTime(since) < FailedActivation.Delay)
            return false;
        failedAt.Remove(shard);
        return true;
    }

    private async Task<IReadOnlyList<AckFromInstance>> CommitAsync(
        List<ShardStep> planned, List<AckFromInstance> answered, CancellationToken cancellationToken)
    {
        try
        {
            var results = await steps.SubmitAsync(space, planned, cancellationToken).ConfigureAwait(false);
            return [.. answered.Where((_, index) => results[index].Verdict != StepVerdict.Committed)];
        }
        catch (EtcdException failure)
        {
            metrics.StoreError("step");
            logger.StepsFailed(planned.Count, space, failure.Message);
            return answered;
        }
    }
}
