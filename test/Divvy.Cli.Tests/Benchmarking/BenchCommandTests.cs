using System.Text.Json;
using Divvy.Cli.Output;
using Divvy.TestKit;
using Divvy.TestKit.Etcd;

namespace Divvy.Cli.Tests.Benchmarking;

public sealed class BenchCommandTests
{
    private readonly CapturedConsole console = new();

    [Theory]
    [InlineData("--clients 0 is out of range", "bench --clients 0 put")]
    [InlineData("--conns 0 is out of range", "bench put --conns 0")]
    [InlineData("no etcd endpoint", "bench put --endpoints ,")]
    [InlineData("--cert and --key", "bench put --cert a.pem")]
    [InlineData("NAME:PASSWORD", "bench put --user root")]
    [InlineData("--key-size 2", "bench put --key-size 1 --key-space-size 100")]
    [InlineData("--txn-ops 5", "bench txn-put --txn-ops 5")]
    [InlineData("not a duration", "bench put --compact-interval 10")]
    [InlineData("KEY", "bench range")]
    [InlineData("'x'", "bench range a --consistency x")]
    [InlineData("--key-size", "bench watch --key-size 1 --watched-key-total 65")]
    [InlineData("nothing", "bench compare --cells nothing")]
    [InlineData("--clients is not for compare", "bench compare --clients 5")]
    [InlineData("--clients is not for streams", "bench streams --clients 5")]
    [InlineData("--records: at least one", "bench streams --shards 30 --records 29")]
    public async Task WrongUsage_SaysWhatIsWrong(string expected, string line)
    {
        (await console.RunAsync(line.Split(' '))).ShouldBe(ExitCode.Usage);
        console.Error.ShouldContain(expected);
        console.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task NoSuchCertificate_NamesTheFile()
    {
        (await console.RunAsync("bench", "put", "--cacert", "/no/such.pem")).ShouldBe(ExitCode.NotFound);
        console.Error.ShouldContain("/no/such.pem");
    }

    [Fact]
    public async Task NobodyListens_IsUnreachable()
    {
        var nobody = $"127.0.0.1:{FreePort.Probe()}";

        (await console.RunAsync("bench", "put", "--endpoints", nobody)).ShouldBe(ExitCode.Unreachable);
        console.Error.ShouldContain(nobody);
    }

    [EtcdFact]
    public async Task EveryLoad_AgainstEtcd_DoesWhatItSays()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();

        await RunAsync(etcd, "put --total 500 --key-space-size 50 --sequential-keys --val-size 300 --check-hashkv");
        (await etcd.ControlAsync("get", "", "--prefix", "--keys-only", "--write-out=json")).ShouldContain("\"count\":50");
        await RunAsync(etcd, "txn-put --total 50 --txn-ops 4 --key-space-size 200 --key-size 9");
        (await etcd.ControlAsync("get", "", "--prefix", "--keys-only", "--write-out=json")).ShouldContain("\"count\":250");
        await RunAsync(etcd, "range foo --total 300");
        await RunAsync(etcd, "range a z --total 300 --consistency=s --limit=10 --keys-only");
        await RunAsync(etcd, "lease-keepalive --total 300");
        (await etcd.ControlAsync("lease", "list")).ShouldContain("found 0 leases");
    }

    [EtcdFact]
    public async Task FlagsBeforeTheCommand_AndJson_GiveTheNumbers()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();

        (await console.RunAsync(
            "bench", "--endpoints", etcd.Endpoint, "--clients=20", "--conns=4", "-o", "json", "put", "--total=1000"))
            .ShouldBe(ExitCode.Ok, console.Error);

        var report = JsonDocument.Parse(console.Output).RootElement.GetProperty("reports")[0];
        report.GetProperty("count").GetInt64().ShouldBe(1000);
        report.GetProperty("failed").GetInt64().ShouldBe(0);
        report.GetProperty("percentilesMs").GetProperty("p99.9").GetDouble().ShouldBeGreaterThan(0);
        report.GetProperty("clientCpuMicrosecondsPerRequest").GetDouble().ShouldBeGreaterThan(0);
        report.GetProperty("histogram").GetArrayLength().ShouldBe(11);
    }

    [EtcdFact]
    public async Task Watch_AgainstEtcd_ReceivesEveryEvent()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();

        (await console.RunAsync(
            "bench", "watch", "--endpoints", etcd.Endpoint, "--conns", "2", "--streams", "3", "--watch-per-stream", "7",
            "--watched-key-total", "2", "--put-total", "101", "-o", "json")).ShouldBe(ExitCode.Ok, console.Error);

        var reports = JsonDocument.Parse(console.Output).RootElement.GetProperty("reports");
        reports.EnumerateArray().Select(report => report.GetProperty("count").GetInt64())
            .ShouldBe([21, 101, (51 * 11) + (50 * 10)]);
    }

    [EtcdFact]
    public async Task WatchLatency_AgainstEtcd_MeasuresEachPut()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();

        (await console.RunAsync(
            "bench", "watch-latency", "--endpoints", etcd.Endpoint, "--total", "50", "--put-rate", "1000", "--prevkv"))
            .ShouldBe(ExitCode.Ok, console.Error);

        console.Output.ShouldContain("Watch events summary:");
    }

    [EtcdFact]
    public async Task RefusedRequests_AreInTheErrorDistribution()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();

        (await console.RunAsync(
            "bench", "txn-put", "--endpoints", etcd.Endpoint, "--total", "7", "--txn-ops", "200", "--key-space-size", "200"))
            .ShouldBe(ExitCode.Failed);

        console.Output.ShouldContain("  [7]\tetcdserver: too many operations in txn request");
    }

    [EtcdFact]
    public async Task LargeValues_OnManyStreams_ArriveWhole()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();

        await RunAsync(etcd, "put --total 150 --clients 60 --val-size 200000 --key-space-size 3 --sequential-keys");

        var json = await etcd.ControlAsync("get", "", "--prefix", "--write-out=json");
        JsonDocument.Parse(json).RootElement.GetProperty("kvs").EnumerateArray()
            .ShouldAllBe(pair => pair.GetProperty("value").GetBytesFromBase64().Length == 200_000);
        await RunAsync(etcd, "range !! zz --total 20 --clients 10");
    }

    [EtcdFact]
    public async Task Compaction_WhilePutting_KeepsTheWantedRevisions()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();

        await RunAsync(etcd, "put --total 2000 --rate 2000 --compact-interval 100ms --compact-index-delta 10");

        var read = await Should.ThrowAsync<Exception>(etcd.ControlAsync("get", "a", "--rev=2"));
        read.Message.ShouldContain("compacted");
    }

    [EtcdFact]
    public async Task Tls_WithTheAuthority_Passes()
    {
        using var authority = new TestAuthority();
        using var server = authority.Issue("server");
        await using var etcd = await EtcdProcess.StartNewAsync(new EtcdProcessOptions
        {
            CertificateFile = authority.WriteCertificate("server.pem", server),
            KeyFile = authority.WriteKey("server.key", server),
        });
        var file = authority.WriteCertificate("ca.pem", authority.Certificate);

        await RunAsync(etcd, $"put --total 200 --clients 20 --val-size 20000 --cacert {file}");

        (await console.RunAsync("bench", "put", "--endpoints", etcd.Endpoint)).ShouldBe(ExitCode.Unreachable);
        console.Error.ShouldContain("certificate");
    }

    [EtcdFact]
    public async Task User_LoggedIn_MayPut()
    {
        await using var etcd = await EtcdProcess.StartNewAsync();
        await etcd.ControlAsync("user", "add", "root:secret");
        await etcd.ControlAsync("auth", "enable");

        await RunAsync(etcd, "put --total 50 --user root:secret --target-leader");

        (await console.RunAsync("bench", "put", "--endpoints", etcd.Endpoint, "--user", "root:wrong"))
            .ShouldBe(ExitCode.Usage);
        console.Error.ShouldContain("invalid user ID or password");
    }

    [Fact]
    public async Task OwnServer_TakesTheSameLoads()
    {
        var (server, address) = await DivvyProcess.StartServerAsync("--shards", "4");
        await using var process = server;

        await RunAsync(address, "put --total 300 --val-size 5000 --key-space-size 40 --sequential-keys");
        await RunAsync(address, "range foo --total 300");
        await RunAsync(address, "txn-put --total 100");
        await RunAsync(address, "lease-keepalive --total 100");
        await RunAsync(address, "watch --streams 2 --watch-per-stream 5 --put-total 50");
        (await console.RunAsync(
            "bench", "txn-put", "--endpoints", address, "--total", "2", "--txn-ops", "200", "--key-space-size", "200"))
            .ShouldBe(ExitCode.Failed);
        console.Output.ShouldContain("  [2]\tetcdserver: too many operations in txn request");
    }

    private Task RunAsync(EtcdProcess etcd, string line) => RunAsync(etcd.Endpoint, line);

    private async Task RunAsync(string endpoint, string line)
    {
        string[] arguments = ["bench", .. line.Split(' '), "--endpoints", endpoint];
        if (!line.Contains("--clients", StringComparison.Ordinal))
            arguments = [.. arguments, "--clients", "10", "--conns", "2"];
        (await console.RunAsync(arguments)).ShouldBe(ExitCode.Ok, $"{line}: {console.Error}{console.Output}");
    }
}
