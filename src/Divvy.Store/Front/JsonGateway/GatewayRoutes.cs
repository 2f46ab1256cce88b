using System.Collections.Frozen;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>Which path of etcd's JSON API is which method: the annotations of etcd 3.4's protos, and those that 3.5
/// added.</summary>
internal static class GatewayRoutes
{
    public const string Prefix = "/v3/";

    /// <summary>The same API under the name that it had when it was new, which 3.4 still knows.</summary>
    public const string OldPrefix = "/v3beta/";

    /// <summary>Paths without the prefix.</summary>
    public static FrozenDictionary<string, string> Methods { get; } = new Dictionary<string, string>
    {
        ["kv/range"] = "/etcdserverpb.KV/Range",
        ["kv/put"] = "/etcdserverpb.KV/Put",
        ["kv/deleterange"] = "/etcdserverpb.KV/DeleteRange",
        ["kv/txn"] = "/etcdserverpb.KV/Txn",
        ["kv/compaction"] = "/etcdserverpb.KV/Compact",
        ["watch"] = "/etcdserverpb.Watch/Watch",
        ["lease/grant"] = "/etcdserverpb.Lease/LeaseGrant",
        ["lease/revoke"] = "/etcdserverpb.Lease/LeaseRevoke",
        ["kv/lease/revoke"] = "/etcdserverpb.Lease/LeaseRevoke",
        ["lease/keepalive"] = "/etcdserverpb.Lease/LeaseKeepAlive",
        ["lease/timetolive"] = "/etcdserverpb.Lease/LeaseTimeToLive",
        ["kv/lease/timetolive"] = "/etcdserverpb.Lease/LeaseTimeToLive",
        ["lease/leases"] = "/etcdserverpb.Lease/LeaseLeases",
        ["kv/lease/leases"] = "/etcdserverpb.Lease/LeaseLeases",
        ["cluster/member/add"] = "/etcdserverpb.Cluster/MemberAdd",
        ["cluster/member/remove"] = "/etcdserverpb.Cluster/MemberRemove",
        ["cluster/member/update"] = "/etcdserverpb.Cluster/MemberUpdate",
        ["cluster/member/list"] = "/etcdserverpb.Cluster/MemberList",
        ["cluster/member/promote"] = "/etcdserverpb.Cluster/MemberPromote",
        ["maintenance/alarm"] = "/etcdserverpb.Maintenance/Alarm",
        ["maintenance/status"] = "/etcdserverpb.Maintenance/Status",
        ["maintenance/defragment"] = "/etcdserverpb.Maintenance/Defragment",
        // 3.4 has HashKV under this path too, where nothing reaches it.
        ["maintenance/hash"] = "/etcdserverpb.Maintenance/Hash",
        ["maintenance/hashkv"] = "/etcdserverpb.Maintenance/HashKV",
        ["maintenance/snapshot"] = "/etcdserverpb.Maintenance/Snapshot",
        ["maintenance/transfer-leadership"] = "/etcdserverpb.Maintenance/MoveLeader",
        ["maintenance/downgrade"] = "/etcdserverpb.Maintenance/Downgrade",
        ["auth/enable"] = "/etcdserverpb.Auth/AuthEnable",
        ["auth/disable"] = "/etcdserverpb.Auth/AuthDisable",
        ["auth/status"] = "/etcdserverpb.Auth/AuthStatus",
        ["auth/authenticate"] = "/etcdserverpb.Auth/Authenticate",
        ["auth/user/add"] = "/etcdserverpb.Auth/UserAdd",
        ["auth/user/get"] = "/etcdserverpb.Auth/UserGet",
        ["auth/user/list"] = "/etcdserverpb.Auth/UserList",
        ["auth/user/delete"] = "/etcdserverpb.Auth/UserDelete",
        ["auth/user/changepw"] = "/etcdserverpb.Auth/UserChangePassword",
        ["auth/user/grant"] = "/etcdserverpb.Auth/UserGrantRole",
        ["auth/user/revoke"] = "/etcdserverpb.Auth/UserRevokeRole",
        ["auth/role/add"] = "/etcdserverpb.Auth/RoleAdd",
        ["auth/role/get"] = "/etcdserverpb.Auth/RoleGet",
        ["auth/role/list"] = "/etcdserverpb.Auth/RoleList",
        ["auth/role/delete"] = "/etcdserverpb.Auth/RoleDelete",
        ["auth/role/grant"] = "/etcdserverpb.Auth/RoleGrantPermission",
        ["auth/role/revoke"] = "/etcdserverpb.Auth/RoleRevokePermission",
        ["lock/lock"] = "/v3lockpb.Lock/Lock",
        ["lock/unlock"] = "/v3lockpb.Lock/Unlock",
        ["election/campaign"] = "/v3electionpb.Election/Campaign",
        ["election/proclaim"] = "/v3electionpb.Election/Proclaim",
        ["election/leader"] = "/v3electionpb.Election/Leader",
        ["election/observe"] = "/v3electionpb.Election/Observe",
        ["election/resign"] = "/v3electionpb.Election/Resign",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Takes the prefix off a path; false: the path is not the gateway's.</summary>
    public static bool TryStrip(string path, out string rest)
    {
        foreach (var prefix in new[] { Prefix, OldPrefix })
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            rest = path[prefix.Length..];
            return true;
        }
        rest = "";
        return false;
    }
}
