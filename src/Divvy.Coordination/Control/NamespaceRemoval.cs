using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Microsoft.Extensions.Logging;

namespace Divvy.Coordination.Control;

/// <summary>Ends the removal of a namespace once its last shard is gone (R9): what is left of it goes in one
/// transaction. Session keys stay until their leases end; their streams are told by the configuration's
/// absence.</summary>
internal sealed class NamespaceRemoval(IEtcdClient store, StoreLayout layout, ILogger logger)
{
    public async Task FinishAsync(NamespaceSnapshot space, LeaderKey key, CancellationToken cancellationToken)
    {
        var config = layout.Namespace(space.Name);
        var txn = EtcdTxn.If(key.Guard, EtcdCompare.ModRevision(config).Equal(space.ConfigRevision.Value))
            .Then(
                EtcdOp.Delete(config),
                EtcdOp.Delete(EtcdRange.Prefix(layout.StatusPrefix(space.Name))),
                EtcdOp.Delete(EtcdRange.Prefix(layout.EventPrefix(space.Name))),
                EtcdOp.Delete(EtcdRange.Prefix(layout.StatePrefix(space.Name))),
                EtcdOp.Delete(EtcdRange.Prefix(layout.ShardPrefix(space.Name))));
        if ((await store.TxnAsync(txn, cancellationToken).ConfigureAwait(false)).Succeeded)
            logger.NamespaceDeleted(space.Name);
    }
}
