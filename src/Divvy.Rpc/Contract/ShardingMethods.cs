using Divvy.Rpc.Sharding;

namespace Divvy.Rpc;

/// <summary>The methods between instances, routers and Divvy servers (Protos/divvy/sharding.proto).</summary>
public static class ShardingMethods
{
    public static readonly RpcMethod<InstanceMessage, ServerMessage> Session = new("divvy.v1.Sharding", "Session");
    public static readonly RpcMethod<WatchRoutingRequest, RoutingUpdate> WatchRouting =
        new("divvy.v1.Sharding", "WatchRouting");

    public static readonly RpcMethod<AddShardsRequest, AddShardsResponse> AddShards =
        new("divvy.v1.Sharding", "AddShards");

    public static readonly RpcMethod<ReadShardsRequest, ReadShardsResponse> ReadShards =
        new("divvy.v1.Sharding", "ReadShards");

    public static readonly RpcMethod<WriteShardStateRequest, WriteShardStateResponse> WriteShardState =
        new("divvy.v1.Sharding", "WriteShardState");

    public static readonly RpcMethod<FinishShardRequest, WriteShardStateResponse> FinishShard =
        new("divvy.v1.Sharding", "FinishShard");

    public static readonly RpcMethod<ForgetShardsRequest, ForgetShardsResponse> ForgetShards =
        new("divvy.v1.Sharding", "ForgetShards");
}
