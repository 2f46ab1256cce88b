using Divvy.Client.Etcd;
using Divvy.Coordination.Layout;
using Divvy.Coordination.Mirror;
using Divvy.Core.Identity;
using Divvy.Rpc;

namespace Divvy.Coordination.Streams;

/// <summary>Finds the namespace a stream asks for. A server that is a moment behind must not say that a namespace does
/// not exist which another server has just created, so it asks the store before it refuses.</summary>
internal sealed class NamespaceLookup(IEtcdClient store, StoreLayout layout, StoreMirror mirror)
{
    /// <exception cref="RpcException">Not found: names the namespaces there are.</exception>
    public async Task<NamespaceSnapshot> FindAsync(string name, CancellationToken cancellationToken)
    {
        var snapshot = await mirror.WaitUntilAsync(state => state.Revision != Revision.None, cancellationToken)
            .ConfigureAwait(false);
        if (snapshot.Find(name) is { } known)
            return known;
        var read = StoreLayout.IsName(name)
            ? await store.GetAsync(EtcdRange.Key(layout.Namespace(name)), null, cancellationToken).ConfigureAwait(false)
            : null;
        if (read?.First is { } there)
            snapshot = await mirror.WaitForAsync(new Revision(there.ModRevision), cancellationToken)
                .ConfigureAwait(false);
        return snapshot.Find(name)
            ?? throw new RpcException(RpcStatusCode.NotFound, UnknownNamespace.Message(name, snapshot));
    }
}
