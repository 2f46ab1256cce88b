using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.Maintenance, of which a store in memory has the status.</summary>
internal sealed class MaintenanceService(StoreNode node, HeaderFactory headers, StoreIdentity identity)
{
    public void MapTo(RpcServices services) =>
        services.Unary(EtcdMethods.Status, (_, _) => ValueTask.FromResult(Status()));

    private StatusResponse Status()
    {
        var snapshot = node.Snapshot();
        return new StatusResponse
        {
            Header = headers.At(snapshot.Revision),
            Version = EmbeddedStore.Version,
            DbSize = snapshot.Data.Bytes,
            DbSizeInUse = snapshot.Data.BytesInUse,
            Leader = identity.MemberId,
            RaftTerm = HeaderFactory.Term,
            RaftIndex = (ulong)snapshot.AppliedIndex,
            RaftAppliedIndex = (ulong)snapshot.AppliedIndex,
        };
    }
}
