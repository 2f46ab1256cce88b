using Divvy.Client.Etcd;
using Divvy.Coordination.Events;
using Divvy.Coordination.Layout;
using Divvy.Core.Identity;

namespace Divvy.Coordination.Steps;

/// <summary>Carries out steps: many in one transaction, each still its own compare-and-swap.</summary>
/// <remarks>A transaction of many steps is refused as soon as one condition of one step fails. Its other branch then
/// returns every compared key, so the steps that failed are known exactly; they are reported as conflicts and the rest
/// is tried again at once. One step's conflict never fails another, and a transaction is tried at most once more for
/// every step in it. Thread-safe.</remarks>
public sealed class StepCommitter
{
    private readonly IEtcdClient store;
    private readonly StoreLayout layout;
    private readonly EventFactory events;
    private readonly StepChunker chunker;
    private readonly int maxInFlight;

    public StepCommitter(IEtcdClient store, StoreLayout layout, TimeProvider time, CoordinationOptions options)
    {
        this.store = store;
        this.layout = layout;
        events = new EventFactory(layout, time, options.ServerId);
        chunker = new StepChunker(layout, options.MaxTransactionOperations);
        maxInFlight = options.MaxTransactionsInFlight;
    }

    /// <summary>Called with the steps of every transaction that was committed, before <see cref="CommitAsync"/>
    /// returns.</summary>
    public Action<string, IReadOnlyList<ShardStep>>? Committed { get; set; }

    /// <summary>Called with the number of steps of a transaction that have to be decided anew.</summary>
    public Action<string, int>? Conflicted { get; set; }

    /// <summary>Carries out the steps of a namespace, several transactions at a time, and returns what became of each,
    /// in their order.
    /// <exception cref="EtcdException">The store did not answer: some may have been done, some
    /// not.</exception></summary>
    public async Task<IReadOnlyList<StepResult>> CommitAsync(
        string space, IReadOnlyList<ShardStep> steps, LeaderKey? guard, CancellationToken cancellationToken)
    {
        var results = new Dictionary<ShardStep, StepResult>(ReferenceEqualityComparer.Instance);
        var gate = new Lock();
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = maxInFlight,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(chunker.Chunk(space, steps, guard is not null), parallel, async (chunk, token) =>
        {
            var outcome = await CommitChunkAsync(space, chunk, guard, token).ConfigureAwait(false);
            lock (gate)
            {
                foreach (var (step, result) in outcome)
                    results[step] = result;
            }
        }).ConfigureAwait(false);
        return [.. steps.Select(step => results[step])];
    }

    private async Task<List<(ShardStep Step, StepResult Result)>> CommitChunkAsync(
        string space, List<PreparedStep> chunk, LeaderKey? guard, CancellationToken cancellationToken)
    {
        var outcome = new List<(ShardStep, StepResult)>(chunk.Count);
        var left = chunk;
        while (left.Count > 0)
        {
            var conditions = left.SelectMany(step => step.Conditions).Distinct().ToList();
            if (guard is not null)
                conditions.Add(StoreCondition.CreatedAt(guard.Key, guard.CreateRevision));
            var keys = conditions.Select(condition => condition.Key).Distinct().ToList();
            var txn = EtcdTxn.If(conditions.Select(condition => condition.ToCompare()))
                .Then(Operations(space, left))
                .Else(keys.Select(key => EtcdOp.Get(EtcdRange.Key(key), new GetOptions { KeysOnly = true })));
            var result = await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
            var revision = new Revision(result.Revision);
            if (result.Succeeded)
            {
                var done = left.ConvertAll(step => step.Planned);
                outcome.AddRange(done.Select(step => (step, new StepResult(StepVerdict.Committed, revision))));
                Committed?.Invoke(space, done);
                return outcome;
            }
            var found = keys.Index().ToDictionary(
                entry => entry.Item, entry => result.Range(entry.Index).First, StringComparer.Ordinal);
            if (guard is not null
                && !StoreCondition.CreatedAt(guard.Key, guard.CreateRevision).Holds(found[guard.Key]))
            {
                outcome.AddRange(left.Select(step => (step.Planned, new StepResult(StepVerdict.NotLeader, revision))));
                return outcome;
            }
            var failed = left.FindAll(step => !step.Conditions.All(condition => condition.Holds(found[condition.Key])));
            outcome.AddRange(failed.Select(step => (step.Planned, new StepResult(StepVerdict.Conflict, revision))));
            Conflicted?.Invoke(space, failed.Count);
            left = left.Except(failed).ToList();
        }
        return outcome;
    }

    private IEnumerable<EtcdOp> Operations(string space, List<PreparedStep> steps)
    {
        foreach (var planned in steps.Select(prepared => prepared.Planned))
        {
            var step = planned.Step;
            var key = layout.Shard(space, step.Shard);
            yield return step.Replacement is { } record
                ? EtcdOp.Put(key, StoreCodec.Encode(record))
                : EtcdOp.Delete(key);
            if (planned.State is { } state)
                yield return EtcdOp.Put(layout.State(space, step.Shard), state.Value);
        }
        yield return events.Put(space, steps.ConvertAll(step => step.Planned));
    }
}
