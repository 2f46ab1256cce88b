using Divvy.Rpc.Etcd;

namespace Divvy.Rpc;

/// <summary>The methods of etcd's v3 API (as of 3.5), shared by the client and the embedded store.</summary>
public static partial class EtcdMethods
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

    public static readonly RpcMethod<MemberAddRequest, MemberAddResponse> MemberAdd =
        new("etcdserverpb.Cluster", "MemberAdd");
    public static readonly RpcMethod<MemberRemoveRequest, MemberRemoveResponse> MemberRemove =
        new("etcdserverpb.Cluster", "MemberRemove");
    public static readonly RpcMethod<MemberUpdateRequest, MemberUpdateResponse> MemberUpdate =
        new("etcdserverpb.Cluster", "MemberUpdate");
    public static readonly RpcMethod<MemberListRequest, MemberListResponse> MemberList =
        new("etcdserverpb.Cluster", "MemberList");
    public static readonly RpcMethod<MemberPromoteRequest, MemberPromoteResponse> MemberPromote =
        new("etcdserverpb.Cluster", "MemberPromote");

    public static readonly RpcMethod<AlarmRequest, AlarmResponse> Alarm = new("etcdserverpb.Maintenance", "Alarm");
    public static readonly RpcMethod<StatusRequest, StatusResponse> Status = new("etcdserverpb.Maintenance", "Status");
    public static readonly RpcMethod<DefragmentRequest, DefragmentResponse> Defragment =
        new("etcdserverpb.Maintenance", "Defragment");
    public static readonly RpcMethod<HashRequest, HashResponse> Hash = new("etcdserverpb.Maintenance", "Hash");
    public static readonly RpcMethod<HashKVRequest, HashKVResponse> HashKV = new("etcdserverpb.Maintenance", "HashKV");
    public static readonly RpcMethod<SnapshotRequest, SnapshotResponse> Snapshot =
        new("etcdserverpb.Maintenance", "Snapshot");
    public static readonly RpcMethod<MoveLeaderRequest, MoveLeaderResponse> MoveLeader =
        new("etcdserverpb.Maintenance", "MoveLeader");
    public static readonly RpcMethod<DowngradeRequest, DowngradeResponse> Downgrade =
        new("etcdserverpb.Maintenance", "Downgrade");
}
