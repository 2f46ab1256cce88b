using Divvy.Rpc.Sharding;

namespace Divvy.Rpc;

/// <summary>The methods between instances, routers and Divvy servers (Protos/divvy/sharding.proto).</summary>
public static class ShardingMethods
{
    public static readonly RpcMethod<InstanceMessage, ServerMessage> Session = new("divvy.v1.Sharding", "Session");
    public static readonly RpcMethod<WatchRoutingRequest, RoutingUpdate> WatchRouting =
        new("divvy.v1.Sharding", "WatchRouting");
}
