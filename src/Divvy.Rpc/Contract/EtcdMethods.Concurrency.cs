using Divvy.Rpc.Etcd;

namespace Divvy.Rpc;

/// <content>v3lockpb.Lock and v3electionpb.Election.</content>
public static partial class EtcdMethods
{
    public static readonly RpcMethod<LockRequest, LockResponse> Lock = new("v3lockpb.Lock", "Lock");
    public static readonly RpcMethod<UnlockRequest, UnlockResponse> Unlock = new("v3lockpb.Lock", "Unlock");

    public static readonly RpcMethod<CampaignRequest, CampaignResponse> Campaign =
        new("v3electionpb.Election", "Campaign");
    public static readonly RpcMethod<ProclaimRequest, ProclaimResponse> Proclaim =
        new("v3electionpb.Election", "Proclaim");
    public static readonly RpcMethod<LeaderRequest, LeaderResponse> Leader = new("v3electionpb.Election", "Leader");
    public static readonly RpcMethod<LeaderRequest, LeaderResponse> Observe = new("v3electionpb.Election", "Observe");
    public static readonly RpcMethod<ResignRequest, ResignResponse> Resign = new("v3electionpb.Election", "Resign");
}
