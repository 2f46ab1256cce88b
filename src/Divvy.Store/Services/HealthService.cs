using Divvy.Rpc;
using Divvy.Rpc.Health;
using static Divvy.Rpc.Health.HealthCheckResponse.Types;

namespace Divvy.Store.Services;

/// <summary>grpc.health.v1.Health, of the server as a whole: it serves until it stops. Whether it has a leader and can
/// write is what <c>/health</c> and <c>/readyz</c> say.</summary>
internal sealed class HealthService(CancellationToken stopping)
{
    public void MapTo(GatedServices services) => services
        .Unary(HealthMethods.Check, (request, _) => ValueTask.FromResult(Check(request)))
        .ServerStream(HealthMethods.Watch, WatchAsync);

    private HealthCheckResponse Check(HealthCheckRequest request) => IsWhole(request)
        ? Answer(stopping.IsCancellationRequested ? ServingStatus.NotServing : ServingStatus.Serving)
        : throw new RpcException(RpcStatusCode.NotFound, "unknown service");

    /// <summary>The status now and every change of it.</summary>
    private async ValueTask WatchAsync(
        HealthCheckRequest request, IRpcWriter<HealthCheckResponse> responses, RpcServerContext context)
    {
        var isWhole = IsWhole(request);
        await responses
            .WriteAsync(isWhole ? Check(request) : Answer(ServingStatus.ServiceUnknown), context.CancellationToken)
            .ConfigureAwait(false);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            if (isWhole)
                await responses.WriteAsync(Answer(ServingStatus.NotServing), context.CancellationToken)
                    .ConfigureAwait(false);
            throw EtcdErrors.Stopped();
        }
    }

    private static bool IsWhole(HealthCheckRequest request) => request.Service.Length == 0;

    private static HealthCheckResponse Answer(ServingStatus status) => new() { Status = status };
}
