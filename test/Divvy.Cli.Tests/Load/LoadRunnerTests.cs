using Divvy.Cli.Load;
using Divvy.Cli.Tests.Admin;

namespace Divvy.Cli.Tests.Load;

public sealed class LoadRunnerTests
{
    [Fact]
    public async Task RunAsync_AWholeRun_SendsEveryRequestAndReadsTheAnswers()
    {
        await using var server = await FakeServer.StartAsync(context =>
        {
            context.Response.Headers["Divvy-Shard"] = "s1";
            context.Response.Headers["Divvy-Generation"] = "3";
            return Task.CompletedTask;
        });

        var report = await RunAsync(server, requests: 50);

        (report.Sent, report.Ok, report.Failed).ShouldBe((50, 50, 0));
        report.LongestGaps.Single().Shard.ShouldBe("s1");
        server.Requests.ShouldAllBe(request => request.StartsWith("GET /echo/key-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_SameSeed_AsksForTheSameKeys()
    {
        await using var one = await FakeServer.StartAsync(200, "{}");
        await using var other = await FakeServer.StartAsync(200, "{}");

        await RunAsync(one, requests: 20);
        await RunAsync(other, requests: 20);

        one.Requests.ShouldBe(other.Requests, ignoreOrder: true);
    }

    [Fact]
    public async Task RunAsync_RefusedRequests_CountByStatusAgainstTheirShard()
    {
        await using var server = await FakeServer.StartAsync(503, "");

        var report = await RunAsync(server, requests: 5);

        report.Failures.ShouldBe(new Dictionary<string, long> { ["http 503"] = 5 });
        report.LongestGaps.Single().Shard.ShouldBe("from the table");
    }

    [Fact]
    public async Task RunAsync_NobodyListens_CountsConnectionFailures()
    {
        var server = await FakeServer.StartAsync(200, "{}");
        var address = server.Address;
        await server.DisposeAsync();

        var report = await RunAsync(address, requests: 3, CancellationToken.None);

        report.Failures.Single().Key.ShouldStartWith("connection");
        report.Failed.ShouldBe(3);
    }

    [Fact]
    public async Task RunAsync_Stopped_EndsEarlyWithAReportOfWhatWasSent()
    {
        await using var server = await FakeServer.StartAsync(200, "{}");
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        var report = await RunAsync(server.Address, requests: 1_000_000, stopped.Token);

        report.Sent.ShouldBe(0);
    }

    private static Task<LoadReport> RunAsync(FakeServer server, int requests) =>
        RunAsync(server.Address, requests, CancellationToken.None);

    private static async Task<LoadReport> RunAsync(Uri address, int requests, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = address };
        var recorder = new LoadRecorder();
        var settings = new LoadSettings
        {
            RequestsPerSecond = 1_000,
            Duration = TimeSpan.FromMilliseconds(requests),
            Keys = 10,
            Timeout = TimeSpan.FromSeconds(30),
        };
        var runner = new LoadRunner(settings, client, _ => "from the table", recorder, TimeProvider.System);
        return recorder.Report(await runner.RunAsync(stop));
    }
}
