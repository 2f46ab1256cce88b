using Divvy.Rpc;
using Divvy.Rpc.Health;
using static Divvy.Rpc.Health.HealthCheckResponse.Types;

namespace Divvy.Store.Tests.Conformance;

/// <summary>gRPC's health protocol.</summary>
public abstract class HealthConformance(IServer server)
{
    private static readonly RpcCallOptions patience = new() { Timeout = TimeSpan.FromSeconds(30) };

    [ConformanceFact]
    public async Task Check_OfTheServer_IsServing() =>
        (await server.Channel.UnaryAsync(HealthMethods.Check, new HealthCheckRequest(), patience))
            .Status.ShouldBe(ServingStatus.Serving);

    [ConformanceFact]
    public Task Check_OfAnUnknownService_IsNotFound() => server.Channel
        .UnaryAsync(HealthMethods.Check, new HealthCheckRequest { Service = "nobody" }, patience).AsTask()
        .ShouldBeRefusedAsync(RpcStatusCode.NotFound, "unknown service");

    [ConformanceFact]
    public async Task Watch_OfTheServer_BeginsWithServing() => (await FirstAsync("")).ShouldBe(ServingStatus.Serving);

    [ConformanceFact]
    public async Task Watch_OfAnUnknownService_BeginsWithSayingSo() =>
        (await FirstAsync("nobody")).ShouldBe(ServingStatus.ServiceUnknown);

    private async Task<ServingStatus> FirstAsync(string service)
    {
        var request = new HealthCheckRequest { Service = service };
        await foreach (var answer in server.Channel.ServerStreamAsync(HealthMethods.Watch, request, patience))
            return answer.Status;
        throw new InvalidOperationException("the stream of statuses ended without one");
    }
}
