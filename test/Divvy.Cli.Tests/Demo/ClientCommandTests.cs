using Divvy.Cli.Journals;
using Divvy.TestKit;

namespace Divvy.Cli.Tests.Demo;

public sealed class ClientCommandTests
{
    [Fact]
    public async Task Client_ForAWhile_HoldsEveryShardDrainsAndLeavesAJournal()
    {
        using var directory = new TempDirectory();
        var journal = directory.File("a.journal");
        var (server, address) = await DivvyProcess.StartServerAsync("--shards", "12");
        await using var process = server;
        await using var client = DivvyProcess.Start(
            "client", "--server", address, "--clients", "2", "--duration", "4s", "--drain-timeout", "1s", "--journal", journal);

        (await client.WaitForExitAsync()).ShouldBe(0, client.Tail());

        var audit = OwnershipAudit.Check(JournalFormat.Read(journal, await File.ReadAllTextAsync(journal)));
        audit.Shards.ShouldBe(12);
        audit.IsClean.ShouldBeTrue();
        audit.Unheld.Count.ShouldBe(12, "they have left");
    }

    [Fact]
    public async Task Client_OneKilledHalfway_ItsShardsMoveToTheOthers()
    {
        using var directory = new TempDirectory();
        var journal = directory.File("a.journal");
        var (server, address) = await DivvyProcess.StartServerAsync("--shards", "9", "--session-ttl", "1s");
        await using var process = server;
        await using var client = DivvyProcess.Start(
            "client", "--server", address, "--duration", "12s", "--failover", "--drain-timeout", "1s", "--journal", journal);

        (await client.WaitForExitAsync()).ShouldBe(0, client.Tail());

        server.Lines.ShouldContain(line => line.Contains("Instance appears to be unhealthy"));
        var entries = JournalFormat.Read(journal, await File.ReadAllTextAsync(journal));
        OwnershipAudit.Check(entries).IsClean.ShouldBeTrue();
        entries.Where(entry => entry.Event == JournalEvent.Activated && entry.Instance != "instance-3")
            .Select(entry => entry.Shard).Distinct().Count().ShouldBe(9);
    }

    [Fact]
    public async Task Client_NoServer_IsUnreachable()
    {
        await using var client = DivvyProcess.Start(
            "client", "--server", $"127.0.0.1:{FreePort.Probe()}", "--register-timeout", "1s");

        (await client.WaitForExitAsync()).ShouldBe(3, client.Tail());
        client.Lines.ShouldContain(line => line.StartsWith("divvy: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Client_IdInUse_IsRefusedAndNamesTheHolder()
    {
        var (server, address) = await DivvyProcess.StartServerAsync();
        await using var process = server;
        await using var first = DivvyProcess.Start("client", "--server", address, "--id", "only", "--clients", "1");
        await first.WaitForLineAsync(line => line.Contains("All instances are registered"), "the first is registered");

        await using var second = DivvyProcess.Start(
            "client", "--server", address, "--id", "only", "--clients", "1", "--register-timeout", "2s");

        (await second.WaitForExitAsync()).ShouldBe(5, second.Tail());
        second.Lines.ShouldContain(line => line.StartsWith("divvy: ", StringComparison.Ordinal) && line.Contains("only"));
        first.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task Client_UnknownNamespace_SaysWhich()
    {
        var (server, address) = await DivvyProcess.StartServerAsync();
        await using var process = server;
        await using var client = DivvyProcess.Start(
            "client", "--server", address, "--namespace", "nowhere", "--register-timeout", "2s");

        (await client.WaitForExitAsync()).ShouldBe(3, client.Tail());
        client.Lines.ShouldContain(line => line.StartsWith("divvy: ", StringComparison.Ordinal) && line.Contains("nowhere"));
    }

    [Fact]
    public async Task Client_JournalCannotBeWritten_SaysWhy()
    {
        await using var client = DivvyProcess.Start("client", "--journal", "/nowhere/journal");

        (await client.WaitForExitAsync()).ShouldBe(1, client.Tail());
        client.Lines.ShouldContain(line => line.Contains("/nowhere/journal"));
    }
}
