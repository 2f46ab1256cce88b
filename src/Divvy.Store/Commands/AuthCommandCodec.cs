using Divvy.Consensus.Auth;
using Divvy.Store.Packing;

namespace Divvy.Store.Commands;

/// <summary>The commands about users and roles.</summary>
internal static class AuthCommandCodec
{
    public static void Write(PackedWriter writer, AuthCommand command)
    {
        writer.Byte((byte)KindOf(command));
        switch (command)
        {
            case AuthenticateCommand authenticate:
                writer.Text(authenticate.User);
                writer.Text(authenticate.TokenPrefix);
                writer.Signed(authenticate.CheckedRevision);
                break;
            case UserAddCommand add:
                writer.Text(add.Name);
                writer.Flag(add.PasswordHash is not null);
                if (add.PasswordHash is not null)
                    writer.Text(add.PasswordHash);
                break;
            case UserDeleteCommand delete:
                writer.Text(delete.Name);
                break;
            case UserChangePasswordCommand change:
                writer.Text(change.Name);
                writer.Text(change.PasswordHash);
                break;
            case UserGrantRoleCommand grant:
                writer.Text(grant.User);
                writer.Text(grant.Role);
                break;
            case UserRevokeRoleCommand revoke:
                writer.Text(revoke.User);
                writer.Text(revoke.Role);
                break;
            case RoleAddCommand add:
                writer.Text(add.Name);
                break;
            case RoleDeleteCommand delete:
                writer.Text(delete.Name);
                break;
            case RoleGrantPermissionCommand grant:
                writer.Text(grant.Role);
                writer.Byte((byte)grant.Permission.Kind);
                writer.Bytes(grant.Permission.Key.Span);
                writer.Bytes(grant.Permission.RangeEnd.Span);
                break;
            case RoleRevokePermissionCommand revoke:
                writer.Text(revoke.Role);
                writer.Bytes(revoke.Key.Span);
                writer.Bytes(revoke.RangeEnd.Span);
                break;
        }
    }

    public static AuthCommand Read(CommandKind kind, ref PackedReader reader) => kind switch
    {
        CommandKind.AuthEnable => new AuthEnableCommand(),
        CommandKind.AuthDisable => new AuthDisableCommand(),
        CommandKind.Authenticate => new AuthenticateCommand(reader.Text(), reader.Text(), reader.Signed()),
        CommandKind.UserAdd => new UserAddCommand(reader.Text(), reader.Flag() ? reader.Text() : null),
        CommandKind.UserDelete => new UserDeleteCommand(reader.Text()),
        CommandKind.UserChangePassword => new UserChangePasswordCommand(reader.Text(), reader.Text()),
        CommandKind.UserGrantRole => new UserGrantRoleCommand(reader.Text(), reader.Text()),
        CommandKind.UserRevokeRole => new UserRevokeRoleCommand(reader.Text(), reader.Text()),
        CommandKind.RoleAdd => new RoleAddCommand(reader.Text()),
        CommandKind.RoleDelete => new RoleDeleteCommand(reader.Text()),
        CommandKind.RoleGrantPermission => new RoleGrantPermissionCommand(
            reader.Text(), new KeyPermission((PermissionKind)reader.Byte(), reader.Bytes(), reader.Bytes())),
        CommandKind.RoleRevokePermission =>
            new RoleRevokePermissionCommand(reader.Text(), reader.Bytes(), reader.Bytes()),
        _ => throw new FormatException($"a command of kind {(byte)kind} was written by a newer release, or is damaged"),
    };

    private static CommandKind KindOf(AuthCommand command) => command switch
    {
        AuthEnableCommand => CommandKind.AuthEnable,
        AuthDisableCommand => CommandKind.AuthDisable,
        AuthenticateCommand => CommandKind.Authenticate,
        UserAddCommand => CommandKind.UserAdd,
        UserDeleteCommand => CommandKind.UserDelete,
        UserChangePasswordCommand => CommandKind.UserChangePassword,
        UserGrantRoleCommand => CommandKind.UserGrantRole,
        UserRevokeRoleCommand => CommandKind.UserRevokeRole,
        RoleAddCommand => CommandKind.RoleAdd,
        RoleDeleteCommand => CommandKind.RoleDelete,
        RoleGrantPermissionCommand => CommandKind.RoleGrantPermission,
        RoleRevokePermissionCommand => CommandKind.RoleRevokePermission,
        _ => throw new InvalidOperationException($"{command.GetType().Name} has no form in the log"),
    };
}
