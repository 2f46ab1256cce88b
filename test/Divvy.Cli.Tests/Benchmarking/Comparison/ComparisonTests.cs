using Divvy.Cli.Benchmarking.Comparison;

namespace Divvy.Cli.Tests.Benchmarking.Comparison;

public sealed class ComparisonTests
{
    [Fact]
    public void ProcessorTime_OfAProcessWithAnOddName_IsUserAndSystem() => ProcessorTime.Parse(
        "42 (a ) b) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 7 7 20 0 9 0 1000 1 1")
        .ShouldBe(TimeSpan.FromSeconds(2));

    [Fact]
    public void ProcessorTime_OfTheMachine_LeavesIdlingAndWaitingOut() =>
        ProcessorTime.ParseMachine("cpu  100 20 30 9999 8888 4 6 777 0 0").ShouldBe(TimeSpan.FromSeconds(1.6));

    [Fact]
    public void ProcessorTime_OfThisProcess_IsWhatTheRuntimeSays()
    {
        if (!OperatingSystem.IsLinux())
            return;
        (ProcessorTime.OfProcess(Environment.ProcessId) - Environment.CpuUsage.TotalTime).Duration()
            .ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Cells_Names_AreDifferentAndFoundByTheirBeginning()
    {
        ComparisonCell.All.Select(cell => cell.Name).Distinct().Count().ShouldBe(ComparisonCell.All.Count);
        ComparisonCell.Matching(["put/1", "watch"]).Select(cell => cell.Name)
            .ShouldBe(["put/1/1x1", "put/1/100x10", "put/1/1000x100", "watch/1/10x10"]);
        ComparisonCell.Matching(["nothing"]).ShouldBeEmpty();
    }

    [Fact]
    public void Contenders_CommandLines_NameFoldersPortsAndPeers()
    {
        var one = ClusterPlan.Create("/data", 1);
        var three = ClusterPlan.Create("/data", 3);

        string.Join(' ', Contender.Divvy().Arguments(one.Members[0], one)).ShouldBe(
            $"server --data-dir /data/n1 --listen 127.0.0.1:{one.Members[0].ClientPort} "
                + $"--http 127.0.0.1:{one.Members[0].HttpPort} --log-level warning");
        Contender.Divvy().Arguments(three.Members[2], three).TakeLast(4)
            .ShouldBe(["--name", "n3", "--peers", three.Peers]);
        Contender.Etcd("etcd").Arguments(three.Members[1], three)
            .ShouldContain(three.Peers);
        three.Members.SelectMany(member => (int[])[member.ClientPort, member.PeerPort, member.HttpPort])
            .Distinct().Count().ShouldBe(9);
    }

    [Fact]
    public void Warnings_DoubtfulRuns_AreNamed()
    {
        CellResult[] results =
        [
            new(ComparisonRun.IdleCell, [Sample(10_000)], [Sample(40_000)]),
            new("watch/1/10x10", [Sample(1, foreign: 0.9)], [Sample(1, foreign: 0.9, failed: 2)]),
            new("range-l/1/100x10", [Sample(1)], [Sample(1)]),
        ];

        ComparisonRun.Warnings(results, idleRate: 18_000).ShouldBe(
        [
            "put/1/100x10: the baseline did 10000/s; alone here it does 18000/s (--idle-rate).",
            "watch/1/10x10: 0.9 cores were busy with something else.",
            "watch/1/10x10: 2 operations failed.",
        ]);
    }

    [Fact]
    public void Table_OfMedians_HasALineForEachCell()
    {
        var result = new CellResult("put/1/1x1", [Sample(100), Sample(1), Sample(200)], [Sample(250)]);
        var report = new ComparisonReport("etcd", "divvy", DateTimeOffset.UnixEpoch, 2, 3, [result], ["odd"]);
        using var writer = new StringWriter();

        ComparisonTable.Write(writer, report);

        writer.ToString().ShouldContain(
            "| put/1/1x1 | 100 | 250 | 2.50 | 1.50 / 1.50 | 9.0 / 9.0 | 50.0 / 50.0 | 4.0 / 4.0 | 0.1 / 0.1 |");
        writer.ToString().ShouldContain("Warning: odd");
    }

    private static CellSample Sample(double rate, double foreign = 0.1, long failed = 0) =>
        new(rate, 1.5, 9, 50, 4, foreign, failed);
}
