using Divvy.Rpc.Tests.Messages;

namespace Divvy.Rpc.Tests;

/// <summary>The methods of the test service (Protos/test.proto).</summary>
internal static class EchoMethods
{
    public static readonly RpcMethod<Ping, Pong> Unary = new("divvy.test.Echo", "Unary");
    public static readonly RpcMethod<Ping, Pong> ServerStream = new("divvy.test.Echo", "ServerStream");
    public static readonly RpcMethod<Ping, Pong> ClientStream = new("divvy.test.Echo", "ClientStream");
    public static readonly RpcMethod<Ping, Pong> Duplex = new("divvy.test.Echo", "Duplex");
    public static readonly RpcMethod<Ping, Pong> Fail = new("divvy.test.Echo", "Fail");
    public static readonly RpcMethod<Ping, Pong> Hang = new("divvy.test.Echo", "Hang");
    public static readonly RpcMethod<Ping, Pong> Unbound = new("divvy.test.Echo", "Unbound");
}
