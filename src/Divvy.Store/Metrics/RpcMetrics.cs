using System.Collections.Concurrent;
using Divvy.Rpc;
using Divvy.Telemetry.Prometheus;

namespace Divvy.Store.Metrics;

/// <summary>The calls of clients, by method, as go-grpc-prometheus counts them for etcd, and the bytes of their
/// messages. Calls inside the process count, but they have no bytes.</summary>
public sealed class RpcMetrics
{
    /// <summary>Versions of clients that are told apart: the version is whatever a client says.</summary>
    private const int MaxClientVersions = 32;

    private const string UnknownVersion = "unknown";
    private const string OtherVersion = "other";

    private static readonly string[] codeNames =
    [
        .. Enum.GetValues<RpcStatusCode>().Select(code => code == RpcStatusCode.Cancelled ? "Canceled" : $"{code}"),
    ];

    private readonly Counter receivedBytes = new(
        "etcd_network_client_grpc_received_bytes_total", "The total number of bytes received from grpc clients.");
    private readonly Counter sentBytes = new(
        "etcd_network_client_grpc_sent_bytes_total", "The total number of bytes sent to grpc clients.");
    private readonly ConcurrentDictionary<string, MethodMetrics> methods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Type, string Version), Counter> clientRequests = new();

    /// <summary>Whether to show <c>grpc_server_handling_seconds</c> too, as etcd does with
    /// <c>--metrics=extensive</c>. Default no.</summary>
    public bool IsExtensive { get; set; }

    /// <summary>Counts the calls of all methods of a server.</summary>
    public void Observe(RpcServices services) => services.Observe(
        handler => methods.GetOrAdd(handler.Path, static (_, state) => new MethodMetrics(state.This, state.handler),
            (This: this, handler)));

    internal void Write(ExpositionWriter writer)
    {
        receivedBytes.Write(writer);
        sentBytes.Write(writer);
        WriteClientRequests(writer);
        var ordered = methods.OrderBy(method => method.Key, StringComparer.Ordinal).Select(method => method.Value)
            .ToList();
        if (ordered.Count == 0)
            return;
        WriteCounts(writer, "grpc_server_started_total",
            "Total number of RPCs started on the server.", ordered, static method => method.StartedCalls);
        WriteCounts(writer, "grpc_server_msg_received_total",
            "Total number of RPC stream messages received on the server.", ordered,
            static method => method.ReceivedMessages);
        WriteCounts(writer, "grpc_server_msg_sent_total",
            "Total number of gRPC stream messages sent by the server.", ordered, static method => method.SentMessages);
        WriteHandled(writer, ordered);
        if (IsExtensive)
            WriteHandling(writer, ordered);
    }

    internal void CountRequest(string type, string? version)
    {
        var key = (type, version is null or "" ? UnknownVersion : version);
        if (!clientRequests.TryGetValue(key, out var counter))
        {
            if (clientRequests.Count >= MaxClientVersions)
                key = (type, OtherVersion);
            counter = clientRequests.GetOrAdd(key, static _ => new Counter("", ""));
        }
        counter.Add();
    }

    internal void CountReceived(long bytes) => receivedBytes.Add(bytes);

    internal void CountSent(long bytes) => sentBytes.Add(bytes);

    private void WriteClientRequests(ExpositionWriter writer)
    {
        const string Name = "etcd_server_client_requests_total";
        var series = clientRequests.OrderBy(one => one.Key.Version, StringComparer.Ordinal)
            .ThenBy(one => one.Key.Type, StringComparer.Ordinal).ToList();
        if (series.Count == 0)
            return;
        writer.Family(Name, MetricKind.Counter, "The total number of client requests per client version.");
        foreach (var ((type, version), counter) in series)
        {
            var labels = $"{ExpositionWriter.Label("client_api_version", version)},"
                + ExpositionWriter.Label("type", type);
            writer.Sample(Name, labels, counter.Value);
        }
    }

    private static void WriteCounts(
        ExpositionWriter writer, string name, string help, List<MethodMetrics> methods, Func<MethodMetrics, long> count)
    {
        writer.Family(name, MetricKind.Counter, help);
        foreach (var method in methods)
            writer.Sample(name, method.Labels, count(method));
    }

    private static void WriteHandled(ExpositionWriter writer, List<MethodMetrics> methods)
    {
        const string Name = "grpc_server_handled_total";
        writer.Family(Name, MetricKind.Counter,
            "Total number of RPCs completed on the server, regardless of success or failure.");
        foreach (var method in methods)
        {
            for (var code = 0; code < codeNames.Length; code++)
            {
                var labels = $"{ExpositionWriter.Label("grpc_code", codeNames[code])},{method.Labels}";
                writer.Sample(Name, labels, method.EndedCalls((RpcStatusCode)code));
            }
        }
    }

    private static void WriteHandling(ExpositionWriter writer, List<MethodMetrics> methods)
    {
        const string Name = "grpc_server_handling_seconds";
        writer.Family(Name, MetricKind.Histogram,
            "Histogram of response latency (seconds) of gRPC that had been application-level handled by the server.");
        foreach (var method in methods)
        {
            var buckets = method.Handling;
            writer.Histogram(Name, method.Labels, buckets.Bounds, buckets.Counts(), buckets.Sum);
        }
    }
}
