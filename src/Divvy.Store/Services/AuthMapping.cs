using Divvy.Consensus.Auth;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Store.Services;

/// <summary>Permissions as messages and back.</summary>
internal static class AuthMapping
{
    /// <summary>A permission as the core has it.
    /// <exception cref="Rpc.RpcException">InvalidArgument: there is none.</exception></summary>
    public static KeyPermission ToPermission(Permission? message) => message is null
        ? throw EtcdErrors.ToException(AuthOutcome.PermissionNotGiven)
        : new KeyPermission((PermissionKind)message.PermType, message.Key.Memory, message.RangeEnd.Memory);

    public static Permission ToMessage(KeyPermission permission) => new()
    {
        PermType = (Permission.Types.Type)permission.Kind,
        Key = UnsafeByteOperations.UnsafeWrap(permission.Key),
        RangeEnd = UnsafeByteOperations.UnsafeWrap(permission.RangeEnd),
    };
}
