using Divvy.Consensus.Auth;
using Divvy.Rpc;

namespace Divvy.Store.Services;

/// <content>Outcomes about users, roles and rights.</content>
internal static partial class EtcdErrors
{
    public static RpcException InvalidToken() =>
        new(RpcStatusCode.Unauthenticated, "etcdserver: invalid auth token");

    /// <summary>Throws unless the outcome is Ok.</summary>
    public static void ThrowIfRefused(AuthOutcome outcome)
    {
        if (outcome != AuthOutcome.Ok)
            throw ToException(outcome);
    }

    public static RpcException ToException(AuthOutcome outcome)
    {
        // etcd has no code of its own for this one, so its clients get the bare text.
        if (outcome == AuthOutcome.PasswordOfUserWithout)
        {
            return new RpcException(
                RpcStatusCode.Unknown, "auth: authentication failed, password was given for no password user");
        }
        var (code, text) = outcome switch
        {
            AuthOutcome.NotEnabled => (RpcStatusCode.FailedPrecondition, "authentication is not enabled"),
            AuthOutcome.RootUserMissing => (RpcStatusCode.FailedPrecondition, "root user does not exist"),
            AuthOutcome.RootRoleMissing => (RpcStatusCode.FailedPrecondition, "root user does not have root role"),
            AuthOutcome.UserNameEmpty => (RpcStatusCode.InvalidArgument, "user name is empty"),
            AuthOutcome.UserExists => (RpcStatusCode.FailedPrecondition, "user name already exists"),
            AuthOutcome.UserNotFound => (RpcStatusCode.FailedPrecondition, "user name not found"),
            AuthOutcome.RoleNameEmpty => (RpcStatusCode.InvalidArgument, "role name is empty"),
            AuthOutcome.RoleExists => (RpcStatusCode.FailedPrecondition, "role name already exists"),
            AuthOutcome.RoleNotFound => (RpcStatusCode.FailedPrecondition, "role name not found"),
            AuthOutcome.RoleNotGranted => (RpcStatusCode.FailedPrecondition, "role is not granted to the user"),
            AuthOutcome.PermissionNotGranted =>
                (RpcStatusCode.FailedPrecondition, "permission is not granted to the role"),
            AuthOutcome.PermissionNotGiven => (RpcStatusCode.InvalidArgument, "permission not given"),
            AuthOutcome.InvalidManagement => (RpcStatusCode.InvalidArgument, "invalid auth management"),
            AuthOutcome.AuthenticationFailed =>
                (RpcStatusCode.InvalidArgument, "authentication failed, invalid user ID or password"),
            AuthOutcome.PermissionDenied => (RpcStatusCode.PermissionDenied, "permission denied"),
            AuthOutcome.OldRevision => (RpcStatusCode.InvalidArgument, "revision of auth store is old"),
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "an outcome without a status"),
        };
        return new RpcException(code, $"etcdserver: {text}");
    }
}
