using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Coordination.Steps;
using Divvy.Coordination.Streams;
using Divvy.Core.Assignment;
using Divvy.Core.Identity;
using Divvy.Core.Keys;
using Divvy.Rpc;

namespace Divvy.Coordination.Listing;

/// <summary>Adds and finishes the shards of listed namespaces, and keeps their states.</summary>
/// <remarks>
/// <para>Problem: some services do not cut a key space into ranges. Their shards are things that come and go, such as
/// the shards of a Kinesis stream, and only the service knows when. They need the same owner at a time, the same
/// planned
/// moves, the same fencing token; and with each shard a word on how far the work is, which only its owner may
/// change.</para>
/// <para>A shard is its record, as everywhere, and a state beside it:</para>
/// <code>
///                add                      finish, close                 forget
///     nothing ---------> record + state --------------> state (finished) ---------> nothing
/// </code>
/// <para>The controller assigns what has a record and misses nothing (<see cref="Control.PlanningView"/>), so a shard
/// exists from the moment it was added and takes no slot once it is finished. The state that stays keeps the name: who
/// adds it again, late or twice, is told that it is finished.</para>
/// <para>Which rules of docs/handoff.md carry this. R6: records are added and removed by compare-and-swap, and adding
/// compares the namespace's configuration, so that no shard is added to a namespace that is being removed. R9, new
/// generations above the old: a record that was forgotten and added again gets its first generation from its own mod
/// revision when it is first assigned. Each generation of a shard is at most the revision that wrote it (the first is
/// one
/// above the revision of the record it replaces, each further one adds one), so all of an earlier record's lie below
/// the revision of its deletion, which lies below that of the new record: no fencing token is issued twice, however
/// stale the server was that added it. R9, no removal over a living owner's head: a shard goes by the owner's word
/// (<see cref="Handoff.Finish"/>), or it is closed by an operator and the owner acknowledges (<see
/// cref="Handoff.Close"/>). R9, children: they are added in the transaction that finishes the parent or after it, and
/// their records name it, so an instance does not let a child go before it has dropped the parent. A service that runs
/// children beside their parents adds them without naming parents. R1: an owner's word names its session. R12 tells an
/// owner that missed the removal.</para>
/// <para>The fence of a state is the record itself: a write compares, in its transaction, that the record is still the
/// one in which the caller was seen as the owner in its generation. A record that changed without changing hands (a
/// move
/// began, a pin was set) only costs another attempt. So from the transaction on that gives the shard to somebody else,
/// nothing of the former owner gets through, and the new owner, who reads the state after it learned of its role, reads
/// the last one there will ever be from before. A write also names the state it replaces: of two attempts of one write,
/// the second of which was answered, the first cannot be done later.</para>
/// <para>Failures: a server may be behind the store; whatever it refuses it has read from the store first, and what it
/// writes is compared. The store does not answer: nothing is known about the write, which is then repeated. Thread-
/// safe.
/// </para>
/// </remarks>
internal sealed class ListedShards(
    IEtcdClient store, StoreLayout layout, StoreMirror mirror, NamespaceLookup lookup, StepCommitter committer)
{
    /// <summary>Attempts against others who change the same record.</summary>
    private const int MaxAttempts = 10;

    /// <summary>Adds shards that are not there. Those of one call that fit into one transaction come
    /// together.</summary>
    /// <returns>What became of each, in their order, and the store's revision then.</returns>
    /// <exception cref="RpcException">The namespace does not exist, is not listed, is being deleted, or is
    /// full.</exception>
    /// <exception cref="EtcdException">The store did not answer: some may have been added.</exception>
    public async Task<AdditionResult> AddAsync(
        string name, IReadOnlyList<ShardAddition> shards, CancellationToken cancellationToken)
    {
        var outcomes = new AdditionOutcome[shards.Count];
        var left = Enumerable.Range(0, shards.Count).ToList();
        var revision = 0L;
        for (var attempt = 0; attempt < MaxAttempts && left.Count > 0; attempt++)
        {
            var space = await FindAsync(name, cancellationToken).ConfigureAwait(false);
            RefuseOverfull(space, left.Count);
            var steps = left.ConvertAll(index => ToStep(shards[index], space.ConfigRevision, []));
            var results = await committer.CommitAsync(name, steps, guard: null, cancellationToken)
                .ConfigureAwait(false);
            revision = Math.Max(revision, results.Max(result => result.Revision.Value));
            var conflicts = new List<int>();
            foreach (var (result, index) in results.Zip(left))
            {
                if (result.Verdict == StepVerdict.Committed)
                    outcomes[index] = AdditionOutcome.Added;
                else
                    conflicts.Add(index);
            }
            left = await ExplainAsync(space, shards, conflicts, outcomes, cancellationToken).ConfigureAwait(false);
        }
        return left.Count == 0
            ? new AdditionResult(outcomes, revision)
            : throw new RpcException(RpcStatusCode.Aborted, $"the configuration of {name} keeps changing: try again");
    }

    /// <summary>Shards with their states, all as of one revision.</summary>
    /// <param name="name">The namespace.</param>
    /// <param name="shards">Which; null: all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ListedSnapshot> ReadAsync(
        string name, IReadOnlyList<ShardId>? shards, CancellationToken cancellationToken)
    {
        await FindAsync(name, cancellationToken).ConfigureAwait(false);
        IEnumerable<EtcdRange> ranges = shards is null
            ? [EtcdRange.Prefix(layout.ShardPrefix(name)), EtcdRange.Prefix(layout.StatePrefix(name))]
            : shards.SelectMany(shard => new[]
            {
                EtcdRange.Key(layout.Shard(name, shard)), EtcdRange.Key(layout.State(name, shard)),
            });
        var txn = EtcdTxn.If([]).Then(ranges.Select(range => EtcdOp.Get(range)));
        var result = await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
        var read = new SortedDictionary<ShardId, ListedShardView>();
        foreach (var kv in Enumerable.Range(0, result.Responses.Count).SelectMany(index => result.Range(index).Items))
        {
            var isState = kv.Key.StartsWith(layout.StatePrefix(name), StringComparison.Ordinal);
            var shard = new ShardId(
                kv.Key[(isState ? layout.StatePrefix(name) : layout.ShardPrefix(name)).Length..]);
            var view = read.GetValueOrDefault(shard) ?? new ListedShardView(shard);
            read[shard] = isState ? view with { State = kv } : view with { Exists = true, Record = Decode(shard, kv) };
        }
        return new ListedSnapshot(result.Revision, [.. read.Values]);
    }

    /// <summary>Replaces a shard's state, on behalf of its owner.</summary>
    public Task<StateWriteResult> WriteAsync(
        string name, OwnerWrite write, CancellationToken cancellationToken) =>
        AsOwnerAsync(
            name, write,
            async (version, token) =>
            {
                var (record, state) = (layout.Shard(name, write.Shard), layout.State(name, write.Shard));
                var txn = EtcdTxn
                    .If(
                        EtcdCompare.ModRevision(record).Equal(version.Revision.Value),
                        EtcdCompare.ModRevision(state).Equal(write.State.Expected))
                    .Then(EtcdOp.Put(state, write.State.Value));
                var result = await store.TxnAsync(txn, token).ConfigureAwait(false);
                return result.Succeeded ? result.Revision : null;
            },
            cancellationToken);

    /// <summary>Removes a shard's record on its owner's word, leaves its last state, and adds its children unless they
    /// are there: all in one transaction.</summary>
    public async Task<StateWriteResult> FinishAsync(
        string name, OwnerWrite last, IReadOnlyList<ShardAddition> children, CancellationToken cancellationToken)
    {
        var space = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        RefuseOverfull(space, children.Count);
        return await AsOwnerAsync(
            name, last,
            async (version, token) =>
            {
                var outcome = Handoff.Finish(
                    version, last.Owner, last.Generation, $"{last.Owner.Instance} has finished it");
                if (!outcome.IsStep)
                    return null;
                var finish = new ShardStep(outcome.Step, version.Record) { State = last.State };
                StoreCondition[] same =
                [
                    StoreCondition.Unchanged(layout.Shard(name, last.Shard), version.Revision.Value),
                    StoreCondition.Unchanged(layout.State(name, last.Shard), last.State.Expected),
                ];
                var steps = children.Select(child => ToStep(child, space.ConfigRevision, same)).Prepend(finish);
                var results = await committer.CommitAsync(name, [.. steps], guard: null, token).ConfigureAwait(false);
                return results[0].Verdict == StepVerdict.Committed ? results[0].Revision.Value : null;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the states of finished shards, each if it is still the one that is named; returns how
    /// many.</summary>
    public async Task<int> ForgetAsync(
        string name, IReadOnlyList<(ShardId Shard, long StateRevision)> shards, CancellationToken cancellationToken)
    {
        await FindAsync(name, cancellationToken).ConfigureAwait(false);
        var forgotten = 0;
        foreach (var (shard, revision) in shards)
        {
            var state = layout.State(name, shard);
            var txn = EtcdTxn
                .If(
                    EtcdCompare.Missing(layout.Shard(name, shard)),
                    EtcdCompare.ModRevision(state).Equal(revision))
                .Then(EtcdOp.Delete(state));
            var result = await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
            forgotten += result.Succeeded && revision != 0 ? 1 : 0;
        }
        return forgotten;
    }

    /// <summary>Tries until the caller is certainly not the owner, or replaces another state than it thinks, or it is
    /// done.</summary>
    /// <param name="name">The namespace.</param>
    /// <param name="write">Who writes what.</param>
    /// <param name="attempt">Tries it on a version of the record; the revision when it was done.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<StateWriteResult> AsOwnerAsync(
        string name,
        OwnerWrite write,
        Func<VersionedShard, CancellationToken, Task<long?>> attempt,
        CancellationToken cancellationToken)
    {
        // What the mirror says is worth a try if it suits the caller; a refusal is read from the store.
        var known = mirror.Current.Get(name).Shards.TryGetValue(write.Shard, out var mirrored)
            && write.IsBy(mirrored.Record)
                ? mirrored
                : (VersionedShard?)null;
        for (var attempts = 0; attempts < MaxAttempts; attempts++)
        {
            if (known is { } version
                && await attempt(version, cancellationToken).ConfigureAwait(false) is { } revision)
                return StateWriteResult.Written(revision);
            var read = (await ReadAsync(name, [write.Shard], cancellationToken).ConfigureAwait(false)).Shards;
            var view = read is [var only] ? only : new ListedShardView(write.Shard);
            if (view.Record is not { } record || !write.IsBy(record.Record))
            {
                // An attempt whose answer was lost may have been the one that finished the shard.
                return view is { Exists: false, State: { } last }
                    && last.Value.Span.SequenceEqual(write.State.Value.Span)
                    ? StateWriteResult.Written(last.ModRevision)
                    : StateWriteResult.Refused(write.WhyNot(view));
            }
            if ((view.State?.ModRevision ?? 0) != write.State.Expected)
                return StateWriteResult.Changed(view.State);
            known = record;
        }
        throw new RpcException(RpcStatusCode.Aborted, $"the record of shard {write.Shard} keeps changing: try again");
    }

    private async Task<NamespaceSnapshot> FindAsync(string name, CancellationToken cancellationToken)
    {
        var space = await lookup.FindAsync(name, cancellationToken).ConfigureAwait(false);
        if (space.Config is not { Layout: NamespaceLayout.Listed })
        {
            throw new RpcException(
                RpcStatusCode.FailedPrecondition,
                $"the namespace {name} has a fixed layout of {space.Config?.Shards} shards, which come and go with it:"
                    + " shards by name need a namespace of layout 'listed'");
        }
        return space.Config.Deleting
            ? throw new RpcException(RpcStatusCode.FailedPrecondition, $"the namespace {name} is being deleted")
            : space;
    }

    private static void RefuseOverfull(NamespaceSnapshot space, int added)
    {
        if (space.Shards.Count + added > FixedLayout.MaxShards)
        {
            throw new RpcException(
                RpcStatusCode.ResourceExhausted,
                $"the namespace {space.Name} has {space.Shards.Count} shards; it may have {FixedLayout.MaxShards}");
        }
    }

    /// <summary>Why shards were not added; which of them should be tried again.</summary>
    private async Task<List<int>> ExplainAsync(
        NamespaceSnapshot space,
        IReadOnlyList<ShardAddition> shards,
        List<int> conflicts,
        AdditionOutcome[] outcomes,
        CancellationToken cancellationToken)
    {
        if (conflicts.Count == 0)
            return [];
        var all = await ReadAsync(space.Name, null, cancellationToken).ConfigureAwait(false);
        var there = all.Shards.ToDictionary(view => view.Shard);
        var again = new List<int>();
        foreach (var index in conflicts)
        {
            if (there.TryGetValue(shards[index].Shard, out var view))
                outcomes[index] = view.Exists ? AdditionOutcome.Exists : AdditionOutcome.Finished;
            else
                again.Add(index);
        }
        if (again.Count > 0)
        {
            // Nothing stands in the way of these but the configuration: it has changed.
            var key = layout.Namespace(space.Name);
            var config = await store.GetAsync(EtcdRange.Key(key), null, cancellationToken).ConfigureAwait(false);
            if (config.First is { } newer)
                await mirror.WaitForAsync(new Revision(newer.ModRevision), cancellationToken).ConfigureAwait(false);
        }
        return again;
    }

    private static ShardStep ToStep(
        ShardAddition addition, Revision configuration, IReadOnlyList<StoreCondition> also)
    {
        var step = Handoff.Add(addition.Shard, addition.Range, addition.Parents, "added");
        return new ShardStep(step with { NamespaceRevision = configuration }, null)
        {
            State = new StateWrite(addition.State, Expected: 0),
            Also = also,
        };
    }

    private static VersionedShard? Decode(ShardId shard, Kv kv) =>
        StoreCodec.TryDecode(kv.Value.Span, shard, out var record, out _)
            ? new VersionedShard(record, new Revision(kv.ModRevision))
            : null;
}
