using Divvy.Rpc.Health;

namespace Divvy.Rpc;

/// <summary>gRPC's health checking protocol, which etcd serves too.</summary>
public static class HealthMethods
{
    public static readonly RpcMethod<HealthCheckRequest, HealthCheckResponse> Check =
        new("grpc.health.v1.Health", "Check");
    public static readonly RpcMethod<HealthCheckRequest, HealthCheckResponse> Watch =
        new("grpc.health.v1.Health", "Watch");
}
