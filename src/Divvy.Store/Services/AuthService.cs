using Divvy.Consensus.Auth;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Divvy.Store.Auth;
using Google.Protobuf;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.Auth. Passwords are hashed and checked here, beside the log; what users and roles there are,
/// and who may change them, is decided where the log is applied.</summary>
internal sealed class AuthService(
    IAuthNode node, CallerResolver callers, PasswordHasher hasher, Func<ResponseHeader> header)
{
    public void MapTo(GatedServices services)
    {
        services.Unary(EtcdMethods.Authenticate, AuthenticateAsync).Unary(EtcdMethods.AuthStatus, StatusAsync);
        Change(services, EtcdMethods.AuthEnable, _ => new AuthEnableCommand(), now => new() { Header = now });
        Change(services, EtcdMethods.AuthDisable, _ => new AuthDisableCommand(), now => new() { Header = now });
        MapUsers(services);
        MapRoles(services);
    }

    private void MapUsers(GatedServices services)
    {
        services
            .Unary(EtcdMethods.UserAdd, AddUserAsync)
            .Unary(EtcdMethods.UserChangePassword, ChangePasswordAsync)
            .Unary(EtcdMethods.UserGet, GetUserAsync)
            .Unary(EtcdMethods.UserList, ListUsersAsync);
        Change(
            services,
            EtcdMethods.UserDelete,
            request => new UserDeleteCommand(request.Name),
            now => new() { Header = now });
        Change(
            services,
            EtcdMethods.UserGrantRole,
            request => new UserGrantRoleCommand(request.User, request.Role),
            now => new() { Header = now });
        Change(
            services,
            EtcdMethods.UserRevokeRole,
            request => new UserRevokeRoleCommand(request.Name, request.Role),
            now => new() { Header = now });
    }

    private void MapRoles(GatedServices services)
    {
        services.Unary(EtcdMethods.RoleGet, GetRoleAsync).Unary(EtcdMethods.RoleList, ListRolesAsync);
        Change(
            services,
            EtcdMethods.RoleAdd,
            request => new RoleAddCommand(request.Name),
            now => new() { Header = now });
        Change(
            services,
            EtcdMethods.RoleDelete,
            request => new RoleDeleteCommand(request.Role),
            now => new() { Header = now });
        Change(
            services,
            EtcdMethods.RoleGrantPermission,
            request => new RoleGrantPermissionCommand(request.Name, AuthMapping.ToPermission(request.Perm)),
            now => new() { Header = now });
        Change(
            services,
            EtcdMethods.RoleRevokePermission,
            request => new RoleRevokePermissionCommand(request.Role, request.Key.Memory, request.RangeEnd.Memory),
            now => new() { Header = now });
    }

    private void Change<TRequest, TResponse>(
        GatedServices services,
        RpcMethod<TRequest, TResponse> method,
        Func<TRequest, AuthCommand> toCommand,
        Func<ResponseHeader, TResponse> toResponse)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        services.Unary(method, async (request, context) =>
        {
            await callers.ProposeAsync(toCommand(request), context).ConfigureAwait(false);
            return toResponse(header());
        });

    /// <summary>The password is checked here and the token given by the log, which refuses if anything about users
    /// changed in between.</summary>
    private async ValueTask<AuthenticateResponse> AuthenticateAsync(
        AuthenticateRequest request, RpcServerContext context)
    {
        for (var attempt = 1; ; attempt++)
        {
            await node.ReadBarrierAsync(context.CancellationToken).ConfigureAwait(false);
            var (revision, hash) = node.ReadAuth((auth, _) => (auth.Revision, FindHash(auth, request.Name)));
            if (!await hasher.VerifyAsync(request.Password, hash, context.CancellationToken).ConfigureAwait(false))
                throw EtcdErrors.ToException(AuthOutcome.AuthenticationFailed);
            var command = new AuthenticateCommand(request.Name, TokenBook.NewPrefix(), revision);
            var result = await node.ProposeAsync(command, null, context.CancellationToken).ConfigureAwait(false);
            var answer = (AuthResult)result;
            if (answer.Outcome == AuthOutcome.OldRevision && attempt < CallerResolver.MaxAttempts)
                continue;
            EtcdErrors.ThrowIfRefused(answer.Outcome);
            return new AuthenticateResponse { Header = header(), Token = answer.Token };
        }
    }

    private static string FindHash(AuthStore auth, string name)
    {
        if (!auth.IsEnabled)
            throw EtcdErrors.ToException(AuthOutcome.NotEnabled);
        if (auth.FindUser(name) is not { } user)
            throw EtcdErrors.ToException(AuthOutcome.AuthenticationFailed);
        return user.PasswordHash ?? throw EtcdErrors.ToException(AuthOutcome.PasswordOfUserWithout);
    }

    private async ValueTask<AuthUserAddResponse> AddUserAsync(AuthUserAddRequest request, RpcServerContext context)
    {
        // Hashing is dear: not for those who may not add users.
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        var hash = request.Name.Length == 0 || request.Options?.NoPassword == true
            ? null
            : await hasher.HashAsync(request.Password, context.CancellationToken).ConfigureAwait(false);
        await callers.ProposeAsync(new UserAddCommand(request.Name, hash), context).ConfigureAwait(false);
        return new AuthUserAddResponse { Header = header() };
    }

    private async ValueTask<AuthUserChangePasswordResponse> ChangePasswordAsync(
        AuthUserChangePasswordRequest request, RpcServerContext context)
    {
        await callers.CheckRootAsync(context).ConfigureAwait(false);
        var hash = await hasher.HashAsync(request.Password, context.CancellationToken).ConfigureAwait(false);
        var command = new UserChangePasswordCommand(request.Name, hash);
        await callers.ProposeAsync(command, context).ConfigureAwait(false);
        return new AuthUserChangePasswordResponse { Header = header() };
    }

    private async ValueTask<AuthStatusResponse> StatusAsync(AuthStatusRequest request, RpcServerContext context)
    {
        var (enabled, revision) = await ReadAsync(
            static (rights, caller) => rights.AuthorizeRoot(caller),
            static auth => (auth.IsEnabled, auth.Revision),
            context).ConfigureAwait(false);
        return new AuthStatusResponse { Header = header(), Enabled = enabled, AuthRevision = (ulong)revision };
    }

    private async ValueTask<AuthUserGetResponse> GetUserAsync(AuthUserGetRequest request, RpcServerContext context)
    {
        var user = await ReadAsync(
            (rights, caller) => rights.AuthorizeUserGet(caller, request.Name),
            auth => auth.FindUser(request.Name),
            context).ConfigureAwait(false) ?? throw EtcdErrors.ToException(AuthOutcome.UserNotFound);
        return new AuthUserGetResponse { Header = header(), Roles = { user.Roles } };
    }

    private async ValueTask<AuthUserListResponse> ListUsersAsync(
        AuthUserListRequest request, RpcServerContext context)
    {
        var names = await ReadAsync(
            static (rights, caller) => rights.AuthorizeRoot(caller),
            static auth => auth.Users.Select(user => user.Name).ToArray(),
            context).ConfigureAwait(false);
        return new AuthUserListResponse { Header = header(), Users = { names } };
    }

    private async ValueTask<AuthRoleGetResponse> GetRoleAsync(AuthRoleGetRequest request, RpcServerContext context)
    {
        var role = await ReadAsync(
            (rights, caller) => rights.AuthorizeRoleGet(caller, request.Role),
            auth => auth.FindRole(request.Role),
            context).ConfigureAwait(false) ?? throw EtcdErrors.ToException(AuthOutcome.RoleNotFound);
        return new AuthRoleGetResponse { Header = header(), Perm = { role.Permissions.Select(AuthMapping.ToMessage) } };
    }

    private async ValueTask<AuthRoleListResponse> ListRolesAsync(
        AuthRoleListRequest request, RpcServerContext context)
    {
        var names = await ReadAsync(
            static (rights, caller) => rights.AuthorizeRoot(caller),
            static auth => auth.Roles.Select(role => role.Name).ToArray(),
            context).ConfigureAwait(false);
        return new AuthRoleListResponse { Header = header(), Roles = { names } };
    }

    /// <summary>Reads what everyone was told before, if the caller may.</summary>
    private async ValueTask<T> ReadAsync<T>(
        Func<Authorizer, Caller?, AuthOutcome> check, Func<AuthStore, T> read, RpcServerContext context)
    {
        await node.ReadBarrierAsync(context.CancellationToken).ConfigureAwait(false);
        var caller = await callers.ResolveAsync(context).ConfigureAwait(false);
        return node.ReadAuth((auth, rights) =>
        {
            EtcdErrors.ThrowIfRefused(check(rights, caller));
            return read(auth);
        });
    }
}
