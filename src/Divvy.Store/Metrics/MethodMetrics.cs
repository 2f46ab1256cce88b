using Divvy.Rpc;
using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>The calls of one method.</summary>
internal sealed class MethodMetrics(RpcMetrics owner, RpcHandler handler) : IRpcMethodObserver
{
    private const string VersionHeader = "client-api-version";

    private readonly long[] ended = new long[(int)RpcStatusCode.Unauthenticated + 1];
    private long started;
    private long received;
    private long sent;

    /// <summary>Method, service and type, rendered.</summary>
    public string Labels { get; } = string.Join(
        ',',
        ExpositionWriter.Label("grpc_method", handler.Name),
        ExpositionWriter.Label("grpc_service", handler.Service),
        ExpositionWriter.Label("grpc_type", handler.Type switch
        {
            RpcCallType.Unary => "unary",
            RpcCallType.ServerStream => "server_stream",
            _ => "bidi_stream",
        }));

    public Buckets Handling { get; } = new([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);

    public long StartedCalls => Volatile.Read(ref started);

    public long ReceivedMessages => Volatile.Read(ref received);

    public long SentMessages => Volatile.Read(ref sent);

    public long EndedCalls(RpcStatusCode code) => Volatile.Read(ref ended[(int)code]);

    public void Started(RpcServerContext context)
    {
        Interlocked.Increment(ref started);
        owner.CountRequest(handler.Type == RpcCallType.Unary ? "unary" : "stream", context.FindMetadata(VersionHeader));
    }

    public void Received(long bytes)
    {
        Interlocked.Increment(ref received);
        owner.CountReceived(bytes);
    }

    public void Sent(long bytes)
    {
        Interlocked.Increment(ref sent);
        owner.CountSent(bytes);
    }

    public void Ended(RpcStatusCode code, TimeSpan elapsed)
    {
        Interlocked.Increment(ref ended[(int)code]);
        Handling.Observe(elapsed.TotalSeconds);
    }
}
