using Divvy.Rpc.Etcd;

namespace Divvy.Rpc;

/// <content>etcdserverpb.Auth.</content>
public static partial class EtcdMethods
{
    public static readonly RpcMethod<AuthEnableRequest, AuthEnableResponse> AuthEnable =
        new("etcdserverpb.Auth", "AuthEnable");
    public static readonly RpcMethod<AuthDisableRequest, AuthDisableResponse> AuthDisable =
        new("etcdserverpb.Auth", "AuthDisable");
    public static readonly RpcMethod<AuthStatusRequest, AuthStatusResponse> AuthStatus =
        new("etcdserverpb.Auth", "AuthStatus");
    public static readonly RpcMethod<AuthenticateRequest, AuthenticateResponse> Authenticate =
        new("etcdserverpb.Auth", "Authenticate");
    public static readonly RpcMethod<AuthUserAddRequest, AuthUserAddResponse> UserAdd =
        new("etcdserverpb.Auth", "UserAdd");
    public static readonly RpcMethod<AuthUserGetRequest, AuthUserGetResponse> UserGet =
        new("etcdserverpb.Auth", "UserGet");
    public static readonly RpcMethod<AuthUserListRequest, AuthUserListResponse> UserList =
        new("etcdserverpb.Auth", "UserList");
    public static readonly RpcMethod<AuthUserDeleteRequest, AuthUserDeleteResponse> UserDelete =
        new("etcdserverpb.Auth", "UserDelete");
    public static readonly RpcMethod<AuthUserChangePasswordRequest, AuthUserChangePasswordResponse> UserChangePassword =
        new("etcdserverpb.Auth", "UserChangePassword");
    public static readonly RpcMethod<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse> UserGrantRole =
        new("etcdserverpb.Auth", "UserGrantRole");
    public static readonly RpcMethod<AuthUserRevokeRoleRequest, AuthUserRevokeRoleResponse> UserRevokeRole =
        new("etcdserverpb.Auth", "UserRevokeRole");
    public static readonly RpcMethod<AuthRoleAddRequest, AuthRoleAddResponse> RoleAdd =
        new("etcdserverpb.Auth", "RoleAdd");
    public static readonly RpcMethod<AuthRoleGetRequest, AuthRoleGetResponse> RoleGet =
        new("etcdserverpb.Auth", "RoleGet");
    public static readonly RpcMethod<AuthRoleListRequest, AuthRoleListResponse> RoleList =
        new("etcdserverpb.Auth", "RoleList");
    public static readonly RpcMethod<AuthRoleDeleteRequest, AuthRoleDeleteResponse> RoleDelete =
        new("etcdserverpb.Auth", "RoleDelete");
    public static readonly RpcMethod<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse>
        RoleGrantPermission = new("etcdserverpb.Auth", "RoleGrantPermission");
    public static readonly RpcMethod<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse>
        RoleRevokePermission = new("etcdserverpb.Auth", "RoleRevokePermission");
}
