using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Tests.Conformance;

/// <summary>The calls about users and roles, as one caller makes them.</summary>
public sealed class AuthApi(IRpcChannel channel)
{
    public const string UserNameEmpty = "etcdserver: user name is empty";
    public const string PermissionDenied = "etcdserver: permission denied";
    public const string InvalidToken = "etcdserver: invalid auth token";
    public const string NotEnabled = "etcdserver: authentication is not enabled";
    public const string InvalidManagement = "etcdserver: invalid auth management";
    public const string AuthenticationFailed =
        "etcdserver: authentication failed, invalid user ID or password";

    /// <summary>The other calls, on behalf of the same caller.</summary>
    public Api Api { get; } = new(channel);

    public IRpcChannel Channel => channel;

    public Task<TResponse> CallAsync<TRequest, TResponse>(RpcMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() => Api.CallAsync(method, request);

    public async Task<string> LoginAsync(string user, string password) => (await CallAsync(
        EtcdMethods.Authenticate, new AuthenticateRequest { Name = user, Password = password })).Token;

    /// <summary>The same server as somebody else.</summary>
    public async Task<AuthApi> AsAsync(string user, string password) =>
        WithToken(await LoginAsync(user, password));

    public AuthApi WithToken(string token) => new(new TokenChannel(channel, token));

    /// <summary>Makes the root user and turns authentication on; returns what root may call.</summary>
    public async Task<AuthApi> EnableAsync()
    {
        await AddUserAsync("root", "root-password");
        await GrantRoleAsync("root", "root");
        await CallAsync(EtcdMethods.AuthEnable, new AuthEnableRequest());
        return await AsAsync("root", "root-password");
    }

    /// <summary>Makes a user with a role that allows something.</summary>
    public async Task AddUserAsync(string user, string role, params Permission[] permissions)
    {
        await AddUserAsync(user, user);
        await AddRoleAsync(role);
        foreach (var permission in permissions)
            await GrantPermissionAsync(role, permission);
        await GrantRoleAsync(user, role);
    }

    public Task AddUserAsync(string name, string? password) => CallAsync(EtcdMethods.UserAdd, new AuthUserAddRequest
    {
        Name = name,
        Password = password ?? "",
        Options = new UserAddOptions { NoPassword = password is null },
    });

    public Task DeleteUserAsync(string name) =>
        CallAsync(EtcdMethods.UserDelete, new AuthUserDeleteRequest { Name = name });

    public Task ChangePasswordAsync(string name, string password) => CallAsync(
        EtcdMethods.UserChangePassword, new AuthUserChangePasswordRequest { Name = name, Password = password });

    public async Task<string[]> RolesOfAsync(string user) =>
        [.. (await CallAsync(EtcdMethods.UserGet, new AuthUserGetRequest { Name = user })).Roles];

    public async Task<string[]> UsersAsync() =>
        [.. (await CallAsync(EtcdMethods.UserList, new AuthUserListRequest())).Users];

    public Task GrantRoleAsync(string user, string role) =>
        CallAsync(EtcdMethods.UserGrantRole, new AuthUserGrantRoleRequest { User = user, Role = role });

    public Task RevokeRoleAsync(string user, string role) =>
        CallAsync(EtcdMethods.UserRevokeRole, new AuthUserRevokeRoleRequest { Name = user, Role = role });

    public Task AddRoleAsync(string name) => CallAsync(EtcdMethods.RoleAdd, new AuthRoleAddRequest { Name = name });

    public Task DeleteRoleAsync(string name) =>
        CallAsync(EtcdMethods.RoleDelete, new AuthRoleDeleteRequest { Role = name });

    public async Task<string[]> RolesAsync() =>
        [.. (await CallAsync(EtcdMethods.RoleList, new AuthRoleListRequest())).Roles];

    public async Task<Permission[]> PermissionsOfAsync(string role) =>
        [.. (await CallAsync(EtcdMethods.RoleGet, new AuthRoleGetRequest { Role = role })).Perm];

    public Task GrantPermissionAsync(string role, Permission permission) => CallAsync(
        EtcdMethods.RoleGrantPermission, new AuthRoleGrantPermissionRequest { Name = role, Perm = permission });

    public Task RevokePermissionAsync(string role, string key, string rangeEnd = "") => CallAsync(
        EtcdMethods.RoleRevokePermission, new AuthRoleRevokePermissionRequest
        {
            Role = role,
            Key = Api.Bytes(key),
            RangeEnd = Api.Bytes(rangeEnd),
        });

    public static Permission Allow(Permission.Types.Type type, string key, string rangeEnd = "") =>
        new() { PermType = type, Key = Api.Bytes(key), RangeEnd = Api.Bytes(rangeEnd) };
}
