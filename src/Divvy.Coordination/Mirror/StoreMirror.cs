using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Timing;
using Divvy.Core.Identity;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Mirror;

/// <summary>What this server knows of the store: everything, as an immutable snapshot, kept current by one
/// watch.</summary>
/// <remarks>
/// <para>All keys lie in one range of the key space (<see cref="StoreLayout"/>), so one read and one watch show
/// sessions, shard records, configurations and elections in the order in which they really changed: each snapshot is
/// the store as it was at one revision. A snapshot may be behind the store. That is safe, because it only proposes:
/// every write compares what it was decided by (R6).</para>
/// <para>When the history was compacted behind the watch, everything is read anew, and observers are told the
/// difference, as if they had watched. Observers run on the mirror's loop: they note what is due and return.
/// Thread-safe.</para>
/// </remarks>
public sealed class StoreMirror
{
    /// <summary>Keys per request when everything is read.</summary>
    public const int PageSize = 5_000;

    private readonly IEtcdClient store;
    private readonly TimeProvider time;
    private readonly ILogger<StoreMirror> logger;
    private readonly SnapshotEditor editor;
    private readonly EtcdRange range;
    private readonly string rangeEnd;
    private readonly Lock gate = new();
    private Action<MirrorUpdate>[] observers = [];
    private TaskCompletionSource changed = NewSignal();
    private volatile StoreSnapshot current = StoreSnapshot.Empty;
    private bool failing;

    public StoreMirror(IEtcdClient store, StoreLayout layout, TimeProvider time, ILogger<StoreMirror> logger)
    {
        this.store = store;
        this.time = time;
        this.logger = logger;
        editor = new SnapshotEditor(layout, logger.UnreadableValue);
        rangeEnd = layout.RangeEnd;
        range = EtcdRange.Between(layout.RangeStart, rangeEnd);
    }

    public StoreSnapshot Current => current;

    /// <summary>The store was read at least once.</summary>
    public bool IsSynced => current.Revision != Revision.None;

    /// <summary>Calls the observer with every update after the returned snapshot, in order, one at a time; an update
    /// that the snapshot already contains may be repeated. Observers must not throw and must not block.</summary>
    public StoreSnapshot Attach(Action<MirrorUpdate> observer)
    {
        lock (gate)
        {
            observers = [.. observers, observer];
            return current;
        }
    }

    public void Detach(Action<MirrorUpdate> observer)
    {
        lock (gate)
            observers = [.. observers.Where(other => other != observer)];
    }

    /// <summary>Waits until everything up to a revision is known. The revision must be one at which a key of ours
    /// changed: other changes of the store are not seen.</summary>
    public Task<StoreSnapshot> WaitForAsync(Revision revision, CancellationToken cancellationToken) =>
        WaitUntilAsync(snapshot => snapshot.Revision >= revision, cancellationToken);

    /// <summary>Waits until a snapshot satisfies the condition, and returns that snapshot.</summary>
    public async Task<StoreSnapshot> WaitUntilAsync(
        Func<StoreSnapshot, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task signal;
            StoreSnapshot snapshot;
            lock (gate)
                (signal, snapshot) = (changed.Task, current);
            if (condition(snapshot))
                return snapshot;
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps the mirror current until it is cancelled, through every failure of the store.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ReadEverythingAsync(cancellationToken).ConfigureAwait(false);
                backoff.Reset();
                await FollowAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (EtcdException failure)
            {
                if (!failing)
                    logger.MirrorFailing(failure.Message);
                failing = true;
                await backoff.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReadEverythingAsync(CancellationToken cancellationToken)
    {
        var everything = new List<Kv>();
        var rest = range;
        var at = 0L;
        while (true)
        {
            var page = await store.GetAsync(
                rest, new GetOptions { Limit = PageSize, Revision = at }, cancellationToken).ConfigureAwait(false);
            at = at == 0 ? page.Revision : at;
            everything.AddRange(page.Items);
            if (!page.More || page.Items.Count == 0)
                break;
            rest = EtcdRange.Between(page.Items[^1].Key + '\0', rangeEnd);
        }
        if (failing || !IsSynced)
            logger.MirrorSynced(at, everything.Count);
        failing = false;
        if (at < current.Revision.Value)
            logger.StoreWentBack(current.Revision.Value, at);
        Publish(editor.Replace(current, new Revision(at), everything));
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var options = new WatchOptions { StartRevision = current.Revision.Value + 1 };
        await foreach (var batch in store.WatchAsync(range, options, cancellationToken).ConfigureAwait(false))
        {
            if (batch.IsCompacted)
            {
                logger.WatchCompacted(batch.CompactRevision, current.Revision.Value);
                return;
            }
            if (batch.Events.Count > 0)
                Publish(editor.Apply(current, new Revision(batch.Revision), batch.Events));
        }
    }

    private void Publish(MirrorUpdate update)
    {
        TaskCompletionSource signal;
        Action<MirrorUpdate>[] told;
        lock (gate)
        {
            current = update.Snapshot;
            told = observers;
            signal = changed;
            changed = NewSignal();
        }
        try
        {
            foreach (var observer in told)
                Tell(observer, update);
        }
        finally
        {
            signal.SetResult();
        }
    }

    /// <summary>What an observer missed it would never hear of again, so one that fails must not keep the others from
    /// hearing it.</summary>
    private void Tell(Action<MirrorUpdate> observer, MirrorUpdate update)
    {
        try
        {
            observer(update);
        }
        catch (Exception failure)
        {
            logger.ObserverFailed(failure);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
