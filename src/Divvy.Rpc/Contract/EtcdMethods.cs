using Divvy.Rpc.Etcd;

namespace Divvy.Rpc;

/// <summary>The methods of etcd's v3 API that Divvy speaks, shared by the client and the embedded store.</summary>
public static class EtcdMethods
{
    public static readonly RpcMethod<RangeRequest, RangeResponse> Range = new("etcdserverpb.KV", "Range");
    public static readonly RpcMethod<PutRequest, PutResponse> Put = new("etcdserverpb.KV", "Put");
    public static readonly RpcMethod<DeleteRangeRequest, DeleteRangeResponse> DeleteRange =
        new("etcdserverpb.KV", "DeleteRange");
    public static readonly RpcMethod<TxnRequest, TxnResponse> Txn = new("etcdserverpb.KV", "Txn");
    public static readonly RpcMethod<CompactionRequest, CompactionResponse> Compact = new("etcdserverpb.KV", "Compact");

    public static readonly RpcMethod<WatchRequest, WatchResponse> Watch = new("etcdserverpb.Watch", "Watch");

    public static readonly RpcMethod<LeaseGrantRequest, LeaseGrantResponse> LeaseGrant =
        new("etcdserverpb.Lease", "LeaseGrant");
    public static readonly RpcMethod<LeaseRevokeRequest, LeaseRevokeResponse> LeaseRevoke =
        new("etcdserverpb.Lease", "LeaseRevoke");
    public static readonly RpcMethod<LeaseKeepAliveRequest, LeaseKeepAliveResponse> LeaseKeepAlive =
        new("etcdserverpb.Lease", "LeaseKeepAlive");
    public static readonly RpcMethod<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse> LeaseTimeToLive =
        new("etcdserverpb.Lease", "LeaseTimeToLive");
    public static readonly RpcMethod<LeaseLeasesRequest, LeaseLeasesResponse> LeaseLeases =
        new("etcdserverpb.Lease", "LeaseLeases");

    public static readonly RpcMethod<MemberListRequest, MemberListResponse> MemberList =
        new("etcdserverpb.Cluster", "MemberList");
    public static readonly RpcMethod<StatusRequest, StatusResponse> Status = new("etcdserverpb.Maintenance", "Status");
    public static readonly RpcMethod<AuthenticateRequest, AuthenticateResponse> Authenticate =
        new("etcdserverpb.Auth", "Authenticate");
}
