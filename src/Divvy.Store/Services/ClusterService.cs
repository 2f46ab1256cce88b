using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.Cluster: a cluster of one.</summary>
internal sealed class ClusterService(HeaderFactory headers, StoreIdentity identity, EmbeddedStoreOptions options)
{
    public void MapTo(RpcServices services) =>
        services.Unary(EtcdMethods.MemberList, (_, _) => ValueTask.FromResult(MemberList()));

    private MemberListResponse MemberList()
    {
        var member = new Member { ID = identity.MemberId, Name = options.Name };
        member.ClientURLs.Add(options.AdvertiseClientUrls);
        member.PeerURLs.Add(options.AdvertisePeerUrls);
        return new MemberListResponse { Header = headers.Now(), Members = { member } };
    }
}
