namespace Divvy.Consensus.Auth;

/// <summary>What the log carries about users and roles. A closed family. Passwords never come here: the proposer hashes
/// them, because a hash needs dice and the log is kept in clear.</summary>
public abstract record AuthCommand : StoreCommand
{
    private protected AuthCommand()
    {
    }
}

/// <summary>Turns authentication on: from here on every request needs a caller with the right to it.</summary>
public sealed record AuthEnableCommand : AuthCommand;

/// <summary>Turns authentication off. Users and roles stay.</summary>
public sealed record AuthDisableCommand : AuthCommand;

/// <summary>Gives a user a token that every member knows.</summary>
/// <param name="User">Who proved to be this user.</param>
/// <param name="TokenPrefix">The secret part of the token; the proposer rolled it.</param>
/// <param name="CheckedRevision">The <see cref="AuthStore.Revision"/> as of which the password was checked. A change
/// since refuses the command, as the password may be another.</param>
public sealed record AuthenticateCommand(string User, string TokenPrefix, long CheckedRevision) : AuthCommand;

/// <param name="Name">The new user's name.</param>
/// <param name="PasswordHash">In the format of the proposer's hasher, opaque here; null: the user has no password and
/// is recognised by a certificate only.</param>
public sealed record UserAddCommand(string Name, string? PasswordHash) : AuthCommand;

public sealed record UserDeleteCommand(string Name) : AuthCommand;

/// <summary>A user without a password stays without one, as in etcd.</summary>
public sealed record UserChangePasswordCommand(string Name, string PasswordHash) : AuthCommand;

public sealed record UserGrantRoleCommand(string User, string Role) : AuthCommand;

public sealed record UserRevokeRoleCommand(string User, string Role) : AuthCommand;

public sealed record RoleAddCommand(string Name) : AuthCommand;

/// <summary>Takes the role from all users too.</summary>
public sealed record RoleDeleteCommand(string Name) : AuthCommand;

/// <summary>Adds a permission, or changes its kind when the role has one for the same pair of keys.</summary>
public sealed record RoleGrantPermissionCommand(string Role, KeyPermission Permission) : AuthCommand;

/// <summary>Takes away the permission for exactly this pair of keys.</summary>
/// <param name="Role">The role that has it.</param>
/// <param name="Key">As in the grant.</param>
/// <param name="RangeEnd">As in the grant.</param>
public sealed record RoleRevokePermissionCommand(
    string Role, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> RangeEnd) : AuthCommand;
