using System.Runtime.CompilerServices;

namespace Divvy.Client.Etcd;

/// <summary>Leader election among any number of contenders under one key prefix.</summary>
/// <remarks>
/// <para>Problem: at most one contender at a time shall lead, the next shall follow soon after a leader dies, and a
/// contender's death must not wake all others.</para>
/// <para>Each contender creates the key <c>prefix/lease in hex</c> on its own lease; the contender whose key has the
/// lowest create revision leads. The store orders creations, so there is exactly one such key at every revision. A
/// contender watches only the key just before its own. When that key goes the contender does not lead yet: it may have
/// been in the middle of the line. Leadership counts only after one linearizable read of the whole prefix that shows
/// the own key, with the create revision it was created with, and no older key.</para>
/// <para>Failures: a contender that dies loses its lease, with it its key, and its place goes to whoever waits behind
/// it. A campaign whose write has an unknown outcome reads what became of it: the transaction creates the key only if
/// it is missing, so repeating it finds the key of the first attempt. A leader that lost its lease without noticing may
/// believe to lead for a while; that is why every write made as leader carries <see cref="LeaderKey.Guard"/> (etcd's
/// locks without such a guard are unsafe, as Jepsen showed for 3.4.3), and why the leader stops when
/// <see cref="LeaseKeeper.Lost"/> is cancelled.</para>
/// <para>The keys are those of etcd's own concurrency package, so that <c>etcdctl elect</c> takes part.</para>
/// </remarks>
/// <param name="client">The store.</param>
/// <param name="prefix">The election's name, without a slash at the end.</param>
public sealed class LeaderElection(IEtcdClient client, string prefix)
{
    private readonly EtcdRange contenders = EtcdRange.Prefix($"{prefix}/");

    /// <summary>The key of a contender.</summary>
    public string KeyOf(long lease) => $"{prefix}/{lease:x}";

    /// <summary>Waits in line until this contender leads. Campaigning again with the same lease keeps the place.
    /// <exception cref="EtcdException">The lease does not exist (any more), or the store stayed away.</exception>
    /// </summary>
    /// <param name="value">What observers see of the leader, for example its address.</param>
    /// <param name="lease">The contender's lease; someone else keeps it alive.</param>
    /// <param name="cancellationToken">Ends the wait, for example <see cref="LeaseKeeper.Lost"/>. The key stays in line
    /// until the lease ends or <see cref="WithdrawAsync"/> is called.</param>
    public async Task<LeaderKey> CampaignAsync(
        ReadOnlyMemory<byte> value, long lease, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var mine = await EnterAsync(value, lease, cancellationToken).ConfigureAwait(false);
            var read = await ReadAsync(cancellationToken).ConfigureAwait(false);
            while (StillEntered(read, mine))
            {
                var ahead = read.Items.Where(kv => kv.CreateRevision < mine.CreateRevision)
                    .MaxBy(kv => kv.CreateRevision);
                if (ahead is null)
                    return mine;
                await WaitUntilGoneAsync(ahead, read.Revision, cancellationToken).ConfigureAwait(false);
                read = await ReadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The leader's key and value by a linearizable read, or null if there is none.</summary>
    public async Task<Kv?> LeaderAsync(CancellationToken cancellationToken = default) =>
        Oldest((await client.GetAsync(contenders, null, cancellationToken).ConfigureAwait(false)).Items);

    /// <summary>Yields the leader now, and then whenever it or its value changes; null while there is none. Changes
    /// that follow each other quickly may be seen as one.</summary>
    public async IAsyncEnumerable<Kv?> ObserveAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Kv? shown = null;
        var first = true;
        while (true)
        {
            var read = await client.GetAsync(contenders, null, cancellationToken).ConfigureAwait(false);
            var keys = read.Items.ToDictionary(kv => kv.Key, StringComparer.Ordinal);
            if (first || Oldest(keys.Values)?.ModRevision != shown?.ModRevision)
                yield return shown = Oldest(keys.Values);
            first = false;
            var watch = new WatchOptions { StartRevision = read.Revision + 1 };
            await foreach (var batch in client.WatchAsync(contenders, watch, cancellationToken).ConfigureAwait(false))
            {
                Apply(keys, batch);
                if (Oldest(keys.Values)?.ModRevision != shown?.ModRevision)
                    yield return shown = Oldest(keys.Values);
            }
        }
    }

    /// <summary>Changes the leader's value; false if this contender does not lead any more.</summary>
    public async Task<bool> ProclaimAsync(
        LeaderKey leader, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
    {
        var txn = EtcdTxn.If(leader.Guard).Then(EtcdOp.Put(leader.Key, value, leader.Lease));
        return (await client.TxnAsync(txn, cancellationToken).ConfigureAwait(false)).Succeeded;
    }

    /// <summary>Gives leadership up, keeping the lease. It is fine not to lead any more.</summary>
    public Task ResignAsync(LeaderKey leader, CancellationToken cancellationToken = default) =>
        client.TxnAsync(EtcdTxn.If(leader.Guard).Then(EtcdOp.Delete(leader.Key)), cancellationToken);

    /// <summary>Leaves the line, or leadership, after a campaign that was cancelled.</summary>
    public Task WithdrawAsync(long lease, CancellationToken cancellationToken = default) =>
        client.DeleteAsync(EtcdRange.Key(KeyOf(lease)), false, cancellationToken);

    private async Task<LeaderKey> EnterAsync(
        ReadOnlyMemory<byte> value, long lease, CancellationToken cancellationToken)
    {
        var key = KeyOf(lease);
        var enter = EtcdTxn.If(EtcdCompare.Missing(key)).Then(EtcdOp.Put(key, value, lease)).Else(EtcdOp.Get(key));
        while (true)
        {
            try
            {
                var result = await client.TxnAsync(enter, cancellationToken).ConfigureAwait(false);
                if (result.Succeeded)
                    return new LeaderKey(key, result.Revision, lease);
                var there = result.Range(0).First!;
                var entered = new LeaderKey(key, there.CreateRevision, lease);
                if (there.Value.Span.SequenceEqual(value.Span)
                    || await ProclaimAsync(entered, value, cancellationToken).ConfigureAwait(false))
                    return entered;
            }
            catch (EtcdException unknown) when (unknown.OutcomeUnknown)
            {
                // The next round finds the key if it was created; the client has already waited its timeout.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private Task<RangeResult> ReadAsync(CancellationToken cancellationToken) =>
        client.GetAsync(contenders, new GetOptions { KeysOnly = true }, cancellationToken);

    private async Task WaitUntilGoneAsync(Kv ahead, long revision, CancellationToken cancellationToken)
    {
        var watch = new WatchOptions { StartRevision = revision + 1, NoPut = true };
        var events = client.WatchAsync(EtcdRange.Key(ahead.Key), watch, cancellationToken);
        await foreach (var batch in events.ConfigureAwait(false))
        {
            // After a compaction the caller reads again, as after a delete.
            if (batch.IsCompacted || batch.Events.Count > 0)
                return;
        }
    }

    private static bool StillEntered(RangeResult read, LeaderKey mine) =>
        read.Items.Any(kv => kv.Key == mine.Key && kv.CreateRevision == mine.CreateRevision);

    private static Kv? Oldest(IEnumerable<Kv> keys) => keys.MinBy(kv => kv.CreateRevision);

    private static void Apply(Dictionary<string, Kv> keys, WatchBatch batch)
    {
        foreach (var change in batch.Events)
        {
            if (change.IsDelete)
                keys.Remove(change.Key);
            else
                keys[change.Key] = change.Kv;
        }
    }
}
