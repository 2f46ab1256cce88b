using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Divvy.Cli.Benchmarking;
using Divvy.Cli.Benchmarking.Channels;
using Divvy.Cli.Benchmarking.Loads;
using Divvy.Rpc;
using Divvy.TestKit.Etcd;

namespace Divvy.Cli.Tests.Benchmarking;

public sealed class LoadBenchTests
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    [EtcdFact]
    public async Task Run_ServerRestarted_FailsWhatWasUnderWayAndGoesOn()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var session = await OpenAsync(etcd.Endpoint);
        using var stop = new CancellationTokenSource();
        var running = RunAsync(session, stop.Token);
        await WaitForRevisionAsync(etcd, 10);

        await etcd.RestartAsync();
        await WaitForRevisionAsync(etcd, await RevisionAsync(etcd) + 10);
        await stop.CancelAsync();

        var summary = await running;
        summary.Count.ShouldBeGreaterThan(10);
        summary.Errors.Keys.ShouldContain(error => error.Contains("Unavailable"));
    }

    [EtcdFact]
    public async Task Run_Stopped_EndsWithWhatItHas()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await using var session = await OpenAsync(etcd.Endpoint);
        using var stop = new CancellationTokenSource();
        var running = RunAsync(session, stop.Token);
        await WaitForRevisionAsync(etcd, 10);

        await stop.CancelAsync();

        (await running.WaitAsync(patience)).Failed.ShouldBe(0);
    }

    [Fact]
    public async Task Dial_NoGrpcServer_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var accepted = await listener.AcceptSocketAsync();
            await accepted.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            await accepted.ReceiveAsync(new byte[4096]);
        });
        using var dialer = new ChannelDialer(new ChannelOptions());

        var failure = await Should.ThrowAsync<IOException>(
            dialer.DialAsync(new Uri($"http://{listener.LocalEndpoint}"), CancellationToken.None));

        failure.Message.ShouldContain("gRPC");
        failure.Message.ShouldContain($"{listener.LocalEndpoint}");
        await serving.WaitAsync(patience);
    }

    [Fact]
    public async Task Dial_SilentServer_TimesOut()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var dialer = new ChannelDialer(new ChannelOptions { DialTimeout = TimeSpan.FromMilliseconds(50) });

        var failure = await Should.ThrowAsync<IOException>(
            dialer.DialAsync(new Uri($"http://{listener.LocalEndpoint}"), CancellationToken.None));

        failure.Message.ShouldContain("no answer within");
    }

    private static Task<BenchSession> OpenAsync(string endpoint) => BenchSession.OpenAsync(
        new BenchSettings { Endpoints = [new Uri(endpoint)], Clients = 10, Connections = 3 }, CancellationToken.None);

    private static async Task<LatencySummary> RunAsync(BenchSession session, CancellationToken stop)
    {
        var keys = new KeySpace(8, 1, isSequential: true);
        var operation = new LoadOperation(EtcdMethods.Put.Path, _ => new PutMessage(keys, [1]));
        var result = await LoadBench.RunAsync(
            session, "Put", operation, total: long.MaxValue, new Pacer(perSecond: 500), progress: null, stop);
        return result.Summary;
    }

    private static async Task WaitForRevisionAsync(EtcdProcess etcd, long revision)
    {
        using var limit = new CancellationTokenSource(patience);
        while (await RevisionAsync(etcd) < revision)
            limit.IsCancellationRequested.ShouldBeFalse($"revision {revision} did not come within {patience}");
    }

    private static async Task<long> RevisionAsync(EtcdProcess etcd)
    {
        var json = await etcd.ControlAsync("get", "foo", "--write-out=json");
        return JsonDocument.Parse(json).RootElement.GetProperty("header").GetProperty("revision").GetInt64();
    }
}
