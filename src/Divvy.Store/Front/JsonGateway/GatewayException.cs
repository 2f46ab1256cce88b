using Divvy.Rpc;

namespace Divvy.Store.Front.JsonGateway;

/// <summary>A request that reaches no handler, with the text that etcd has for it.</summary>
internal sealed class GatewayException(string message) : Exception(message)
{
    public RpcException ToRpcException(RpcStatusCode code) => new(code, Message);
}
