using Divvy.Cli.Journals;
using Divvy.TestKit;

namespace Divvy.Cli.Tests.Up;

public sealed class UpCommandTests
{
    [Fact]
    public async Task Up_StartedAskedAndTerminated_ExitsWithZeroAndLeavesCleanJournals()
    {
        using var directory = new TempDirectory();
        var listen = $"127.0.0.1:{FreePort.Probe()}";
        var http = $"127.0.0.1:{FreePort.Probe()}";
        await using var up = DivvyProcess.Start(
            "up", "--listen", listen, "--http", http, "--data-dir", directory.Path, "--instances", "2", "--shards", "6");
        await up.WaitForLineAsync(line => line.Contains("Everything is up"), "everything is up");
        await up.WaitForLineAsync(line => line.Contains("etcdctl --endpoints"), "where to look");

        await using var load = DivvyProcess.Start("load", "--server", http, "--rps", "50", "--duration", "1s");
        (await load.WaitForExitAsync()).ShouldBe(0, load.Tail());

        up.Terminate();

        (await up.WaitForExitAsync()).ShouldBe(0, up.Tail());
        var entries = Directory.GetFiles(directory.Path, "*.journal")
            .SelectMany(path => JournalFormat.Read(path, File.ReadAllText(path))).ToList();
        var audit = OwnershipAudit.Check(entries);
        audit.IsClean.ShouldBeTrue();
        audit.Shards.ShouldBe(6);
    }

    [Fact]
    public async Task Up_AnInstanceIsKilled_SaysSoAndGoesOn()
    {
        var http = $"127.0.0.1:{FreePort.Probe()}";
        await using var up = DivvyProcess.Start(
            "up", "--listen", $"127.0.0.1:{FreePort.Probe()}", "--http", http, "--instances", "1", "--shards", "2");
        await up.WaitForLineAsync(line => line.Contains("Everything is up"), "everything is up");

        await ChildProcess.RunAsync("pkill", ["-9", "-P", $"{up.Id}"]);

        await up.WaitForLineAsync(line => line.Contains("instance-1 has ended with 137"), "the end of the instance");
        up.Terminate();
        (await up.WaitForExitAsync()).ShouldBe(0, up.Tail());
    }
}
