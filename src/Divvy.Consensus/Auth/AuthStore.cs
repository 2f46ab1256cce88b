using System.Buffers;
using Divvy.Consensus.Raft;

namespace Divvy.Consensus.Auth;

/// <summary>
/// Users, roles and whether they count, as a deterministic state machine after etcd's authentication.
/// <para><b>Who may do what.</b> A user has roles; a role has permissions to read or write keys; the role <c>root</c>
/// may do everything. Whether a caller may give a command is <see cref="Authorizer"/>'s to say, before it comes here.
/// Its one owner feeds it the commands of the log (<see cref="Apply"/>) and may read between two of them.</para>
/// <para><b>Revision.</b> Every change of a user, a role or a permission raises it by one, and so does turning
/// authentication off; turning it on does not (etcd counts so too). A caller is established as of a revision
/// (<see cref="Caller"/>), so that a request which was on its way while rights changed is not decided by the old
/// ones.</para>
/// <para><b>Determinism.</b> Nothing here depends on what only one member knows, and enabling is a fact of the log like
/// any other: etcd's members once came to differ after an enable, because each filled a cache of its own at a moment of
/// its own. The rights that are kept here for speed are thrown away with every change and
/// are a function of the state, never a part of it.</para>
/// <para><b>What it does not hold.</b> Passwords: only hashes, made by the proposer. Tokens: they end by time, which is
/// not in the log; each member keeps those that the log gave out.</para>
/// </summary>
public sealed class AuthStore
{
    /// <summary>A fresh store is at revision one, so that zero can stand for "never".</summary>
    public const long FirstRevision = 1;

    private readonly Dictionary<string, UserRights> rights = new(StringComparer.Ordinal);
    private SortedDictionary<string, AuthUser> users = new(StringComparer.Ordinal);
    private SortedDictionary<string, AuthRole> roles = new(StringComparer.Ordinal);

    public bool IsEnabled { get; private set; }

    public long Revision { get; private set; } = FirstRevision;

    /// <summary>All users, by name.</summary>
    public IReadOnlyCollection<AuthUser> Users => users.Values;

    /// <summary>All roles, by name.</summary>
    public IReadOnlyCollection<AuthRole> Roles => roles.Values;

    public AuthUser? FindUser(string name) => users.GetValueOrDefault(name);

    public AuthRole? FindRole(string name) => roles.GetValueOrDefault(name);

    /// <summary>Applies a command that its caller may give.</summary>
    /// <param name="index">The command's place in the log; a token carries it.</param>
    /// <param name="command">The command.</param>
    public AuthResult Apply(long index, AuthCommand command)
    {
        if (command is AuthenticateCommand authenticate)
            return Authenticate(index, authenticate);
        var before = Revision;
        var outcome = command switch
        {
            AuthEnableCommand => Enable(),
            AuthDisableCommand => Disable(),
            UserAddCommand add => AddUser(add),
            UserDeleteCommand delete => DeleteUser(delete),
            UserChangePasswordCommand change => ChangePassword(change),
            UserGrantRoleCommand grant => GrantRole(grant),
            UserRevokeRoleCommand revoke => RevokeRole(revoke),
            RoleAddCommand add => AddRole(add),
            RoleDeleteCommand delete => DeleteRole(delete),
            RoleGrantPermissionCommand grant => GrantPermission(grant),
            RoleRevokePermissionCommand revoke => RevokePermission(revoke),
            _ => throw new InvalidOperationException($"{command.GetType().Name} is not a command of this store"),
        };
        Invariant.Check(Revision == before || outcome == AuthOutcome.Ok, $"refused with {outcome}, yet changed");
        Invariant.Check(!IsEnabled || IsRoot(AuthUser.Root), $"enabled without a root user after {command}");
        return new AuthResult(outcome, Revision);
    }

    /// <summary>Writes the whole state, for a snapshot.</summary>
    public void WriteTo(IBufferWriter<byte> output) => AuthSnapshot.Write(output, IsEnabled, Revision, Users, Roles);

    /// <summary>Replaces the whole state by one from <see cref="WriteTo"/>.
    /// <exception cref="InvalidDataException">The bytes are damaged or of a later version; the state is as it
    /// was.</exception></summary>
    public void ReadFrom(ReadOnlySpan<byte> input)
    {
        var snapshot = AuthSnapshot.Read(input);
        IsEnabled = snapshot.IsEnabled;
        Revision = snapshot.Revision;
        users = snapshot.Users;
        roles = snapshot.Roles;
        rights.Clear();
    }

    /// <summary>Whether a user exists and may do everything.</summary>
    internal bool IsRoot(string user) => FindUser(user)?.HasRole(AuthUser.Root) == true;

    /// <summary>What a user's roles allow, kept until something changes.</summary>
    internal UserRights RightsOf(AuthUser user)
    {
        if (rights.TryGetValue(user.Name, out var known))
            return known;
        var merged = new UserRights(user.Roles.Select(FindRole).OfType<AuthRole>());
        rights.Add(user.Name, merged);
        return merged;
    }

    private AuthResult Authenticate(long index, AuthenticateCommand command)
    {
        var outcome = !IsEnabled ? AuthOutcome.NotEnabled
            : FindUser(command.User)?.PasswordHash is null ? AuthOutcome.AuthenticationFailed
            : command.CheckedRevision != Revision ? AuthOutcome.OldRevision
            : AuthOutcome.Ok;
        var token = outcome == AuthOutcome.Ok ? $"{command.TokenPrefix}.{index:D}" : null;
        return new AuthResult(outcome, Revision) { Token = token };
    }

    private AuthOutcome Enable()
    {
        if (IsEnabled)
            return AuthOutcome.Ok;
        if (FindUser(AuthUser.Root) is not { } root)
            return AuthOutcome.RootUserMissing;
        if (!root.HasRole(AuthUser.Root))
            return AuthOutcome.RootRoleMissing;
        IsEnabled = true;
        return AuthOutcome.Ok;
    }

    private AuthOutcome Disable()
    {
        if (IsEnabled)
            Changed();
        IsEnabled = false;
        return AuthOutcome.Ok;
    }

    private AuthOutcome AddUser(UserAddCommand add)
    {
        if (add.Name.Length == 0)
            return AuthOutcome.UserNameEmpty;
        if (!users.TryAdd(add.Name, new AuthUser(add.Name, add.PasswordHash, [])))
            return AuthOutcome.UserExists;
        return Changed();
    }

    private AuthOutcome DeleteUser(UserDeleteCommand delete)
    {
        if (IsEnabled && delete.Name == AuthUser.Root)
            return AuthOutcome.InvalidManagement;
        return users.Remove(delete.Name) ? Changed() : AuthOutcome.UserNotFound;
    }

    private AuthOutcome ChangePassword(UserChangePasswordCommand change)
    {
        if (FindUser(change.Name) is not { } user)
            return AuthOutcome.UserNotFound;
        if (user.PasswordHash is not null)
            users[user.Name] = user with { PasswordHash = change.PasswordHash };
        return Changed();
    }

    private AuthOutcome GrantRole(UserGrantRoleCommand grant)
    {
        if (FindUser(grant.User) is not { } user)
            return AuthOutcome.UserNotFound;
        // The role root need not be there: it means the same without a record.
        if (grant.Role != AuthUser.Root && !roles.ContainsKey(grant.Role))
            return AuthOutcome.RoleNotFound;
        if (user.HasRole(grant.Role))
            return AuthOutcome.Ok;
        users[user.Name] = user.With(grant.Role);
        return Changed();
    }

    private AuthOutcome RevokeRole(UserRevokeRoleCommand revoke)
    {
        if (IsEnabled && revoke is { User: AuthUser.Root, Role: AuthUser.Root })
            return AuthOutcome.InvalidManagement;
        if (FindUser(revoke.User) is not { } user)
            return AuthOutcome.UserNotFound;
        if (!user.HasRole(revoke.Role))
            return AuthOutcome.RoleNotGranted;
        users[user.Name] = user.Without(revoke.Role);
        return Changed();
    }

    private AuthOutcome AddRole(RoleAddCommand add)
    {
        if (add.Name.Length == 0)
            return AuthOutcome.RoleNameEmpty;
        return roles.TryAdd(add.Name, new AuthRole(add.Name, [])) ? Changed() : AuthOutcome.RoleExists;
    }

    private AuthOutcome DeleteRole(RoleDeleteCommand delete)
    {
        if (IsEnabled && delete.Name == AuthUser.Root)
            return AuthOutcome.InvalidManagement;
        if (!roles.Remove(delete.Name))
            return AuthOutcome.RoleNotFound;
        foreach (var user in users.Values.Where(user => user.HasRole(delete.Name)).ToArray())
            users[user.Name] = user.Without(delete.Name);
        return Changed();
    }

    private AuthOutcome GrantPermission(RoleGrantPermissionCommand grant)
    {
        if (FindRole(grant.Role) is not { } role)
            return AuthOutcome.RoleNotFound;
        roles[role.Name] = role.With(grant.Permission);
        return Changed();
    }

    private AuthOutcome RevokePermission(RoleRevokePermissionCommand revoke)
    {
        if (FindRole(revoke.Role) is not { } role)
            return AuthOutcome.RoleNotFound;
        var without = role.Without(revoke.Key, revoke.RangeEnd);
        if (without.Permissions.Length == role.Permissions.Length)
            return AuthOutcome.PermissionNotGranted;
        roles[role.Name] = without;
        return Changed();
    }

    private AuthOutcome Changed()
    {
        Revision++;
        rights.Clear();
        return AuthOutcome.Ok;
    }
}
