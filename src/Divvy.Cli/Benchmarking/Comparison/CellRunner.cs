using System.Diagnostics;
using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Cli.Benchmarking.Reports;
using Divvy.Cli.Benchmarking.Watching;
using Divvy.Rpc;
using Divvy.Rpc.Etcd;
using Google.Protobuf;

namespace Divvy.Cli.Benchmarking.Comparison;

/// <summary>Runs cells against a cluster, with the settings of the etcd metrics lab: 256 octets of value, sequential
/// keys over 100,000.</summary>
internal sealed class CellRunner(ServerCluster cluster)
{
    private const int KeySize = 8;
    private const int KeyCount = 100_000;
    private const int ValueSize = 256;
    private const int WatchStreams = 10;
    private const int WatchersPerStream = 100;

    private static readonly ByteString readKey = ByteString.CopyFromUtf8("compare/read");

    public ServerCluster Cluster => cluster;

    /// <summary>Puts without measuring.</summary>
    public async Task PutAsync(int count, CancellationToken stop)
    {
        await using var session = await OpenAsync(clients: 100, connections: 10, stop);
        await LoadBench.RunAsync(session, "Warm up", PutOperation(), count, pacer: null, progress: null, stop);
        var put = new PutRequest { Key = readKey, Value = ByteString.CopyFrom(LoadOptions.RandomValue(ValueSize)) };
        await UnaryCall.MakeAsync(session.Any, EtcdMethods.Put, put, stop);
    }

    public async Task<CellSample> RunAsync(ComparisonCell cell, int total, CancellationToken stop)
    {
        await using var session = await OpenAsync(cell.Clients, cell.Connections, stop);
        var cpu = cluster.Cpu;
        var machine = ProcessorTime.OfMachine();
        var own = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var result = await MeasureAsync(session, cell, total, stop);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var servers = cluster.Cpu - cpu;
        var foreign = ProcessorTime.OfMachine() - machine - servers - (Environment.CpuUsage.TotalTime - own);
        var summary = result.Summary;
        return new CellSample(
            summary.RequestsPerSecond,
            (summary.Quantile(50) ?? summary.Slowest) * 1000,
            (summary.Quantile(99) ?? summary.Slowest) * 1000,
            servers.TotalMicroseconds / Math.Max(1, summary.Count),
            result.ClientCpu.TotalMicroseconds / Math.Max(1, summary.Count),
            Math.Max(0, foreign / elapsed),
            summary.Failed);
    }

    private static LoadOperation PutOperation()
    {
        var keys = new KeySpace(KeySize, KeyCount, isSequential: true);
        var value = LoadOptions.RandomValue(ValueSize);
        return new LoadOperation(EtcdMethods.Put.Path, _ => new PutMessage(keys, value));
    }

    private static LoadOperation RangeOperation(bool isSerializable)
    {
        var request = new RangeRequest { Key = readKey, Serializable = isSerializable }.ToByteArray();
        return new LoadOperation(EtcdMethods.Range.Path, _ => new FixedMessage(request));
    }

    private static async Task<BenchResult> MeasureAsync(
        BenchSession session, ComparisonCell cell, int total, CancellationToken stop)
    {
        if (cell.Workload != Workload.WatchFanOut)
        {
            var operation = cell.Workload == Workload.Put
                ? PutOperation()
                : RangeOperation(cell.Workload == Workload.RangeSerializable);
            return await LoadBench.RunAsync(
                session, cell.Name, operation, total, pacer: null, progress: null, stop);
        }

        var settings = new WatchSettings
        {
            Streams = WatchStreams,
            WatchersPerStream = WatchersPerStream,
            Keys = [new KeySpace(KeySize, 1, isSequential: true).Key(0)],
            Puts = total,
            PutRate = 0,
            ValueSize = PutClock.StampSize,
        };
        return (await WatchLoad.RunAsync(session, settings, progress: null, stop))[^1];
    }

    private Task<BenchSession> OpenAsync(int clients, int connections, CancellationToken stop) =>
        BenchSession.OpenAsync(
            new BenchSettings { Endpoints = cluster.Plan.Endpoints, Clients = clients, Connections = connections },
            stop);
}
