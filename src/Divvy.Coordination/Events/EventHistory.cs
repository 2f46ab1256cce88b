using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;

namespace Divvy.Coordination.Events;

/// <summary>Keeps a namespace's event history short. Only the leader trims, with its guard. Events come in keys of one
/// transaction each, so what is kept is the newest keys that hold the wanted number.</summary>
internal sealed class EventHistory(IEtcdClient store, StoreLayout layout, int keep)
{
    /// <summary>Trimming starts when this much more than wanted is there, so that it is not done for every
    /// event.</summary>
    private const int SlackDivisor = 4;

    public async Task TrimAsync(NamespaceSnapshot space, LeaderKey key, CancellationToken cancellationToken)
    {
        if (OldestToKeep(space) is not { } oldest)
            return;
        var prefix = layout.EventPrefix(space.Name);
        var txn = EtcdTxn.If(key.Guard).Then(EtcdOp.Delete(EtcdRange.Between(prefix, prefix + oldest)));
        await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The first key to keep; null: nothing is to be trimmed.</summary>
    private string? OldestToKeep(NamespaceSnapshot space)
    {
        if (space.EventCount <= keep + (keep / SlackDivisor))
            return null;
        var kept = 0;
        foreach (var (name, entry) in space.Events.Reverse())
        {
            kept += entry.Batch.Events.Count;
            if (kept >= keep)
                return name;
        }
        return null;
    }
}
