using System.Text.Json;
using Divvy.Cli.Journals;
using Divvy.Cli.Output;
using Divvy.TestKit;

namespace Divvy.Cli.Tests.Journals;

public sealed class JournalCommandTests : IDisposable
{
    private readonly TempDirectory directory = new();
    private readonly CapturedConsole console = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Check_CleanJournals_Succeeds()
    {
        var one = Write("one", new(1, "a", "s", 1, JournalEvent.Activated), new(2, "a", "s", 1, JournalEvent.Yielded));
        var two = Write("two", new JournalEntry(3, "b", "s", 2, JournalEvent.Activated));

        (await console.RunAsync("journal", "check", one, two)).ShouldBe(ExitCode.Ok);
        console.Output.ShouldContain("0 overlaps");
    }

    [Fact]
    public async Task Check_Overlap_FailsAndNamesBoth()
    {
        var path = Overlapping();

        (await console.RunAsync("journal", "check", path)).ShouldBe(ExitCode.Failed);
        console.Output.ShouldContain("OVERLAP  s: a (generation 1) and b (generation 2)");
    }

    [Fact]
    public async Task Check_OverlapAsJson_FailsAndListsIt()
    {
        (await console.RunAsync("journal", "check", Overlapping(), "-o", "json")).ShouldBe(ExitCode.Failed);

        using var report = JsonDocument.Parse(console.Output);
        report.RootElement.GetProperty("overlaps").GetArrayLength().ShouldBe(1);
        report.RootElement.GetProperty("isClean").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Check_KilledBefore_Succeeds()
    {
        var path = Write("j", new(1, "a", "s", 1, JournalEvent.Activated), new(5, "b", "s", 2, JournalEvent.Activated));

        (await console.RunAsync("journal", "check", path, "--killed", "a@4")).ShouldBe(ExitCode.Ok);
        console.Output.ShouldNotContain("no end recorded");
    }

    [Fact]
    public async Task Check_NoSuchFile_IsNotFound()
    {
        (await console.RunAsync("journal", "check", directory.File("none"))).ShouldBe(ExitCode.NotFound);
        console.Error.ShouldContain(directory.File("none"));
    }

    [Fact]
    public async Task Check_WithoutAFile_IsAUsageError()
    {
        (await console.RunAsync("journal", "check")).ShouldBe(ExitCode.Usage);
        console.Error.ShouldContain("divvy journal check --help");
    }

    [Fact]
    public async Task Check_KillWithoutATime_IsAUsageError()
    {
        (await console.RunAsync("journal", "check", Overlapping(), "--killed", "a")).ShouldBe(ExitCode.Usage);
        console.Error.ShouldContain("INSTANCE@UNIX_NS");
    }

    private string Overlapping() => Write(
        "j",
        new(1, "a", "s", 1, JournalEvent.Activated),
        new(2, "b", "s", 2, JournalEvent.Activated),
        new(3, "a", "s", 1, JournalEvent.Dropped));

    private string Write(string name, params JournalEntry[] entries)
    {
        var path = directory.File(name);
        using var writer = new JournalWriter(path);
        foreach (var entry in entries)
            writer.Append(entry);
        return path;
    }
}
