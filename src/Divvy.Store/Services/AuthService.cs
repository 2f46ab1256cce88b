using Divvy.Rpc;
using Divvy.Rpc.Etcd;

namespace Divvy.Store.Services;

/// <summary>etcdserverpb.Auth, so that a client that was given a password is told why it is of no use.</summary>
internal static class AuthService
{
    public static void MapTo(RpcServices services) => services.Unary(
        EtcdMethods.Authenticate,
        (_, _) => ValueTask.FromException<AuthenticateResponse>(EtcdErrors.AuthNotEnabled()));
}
