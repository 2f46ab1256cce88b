using Divvy.TestKit;

namespace Divvy.Simulation.Tests.Commands;

public sealed class SimulatorTests : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(2);

    private readonly TempDirectory folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Each seed twice: no rule is broken, and both runs are the same run.</summary>
    [Fact, Trait("Category", "Slow")]
    public async Task Seeds_ThreeHundred_BreakNoRuleAndRepeat()
    {
        var (exitCode, output) = await SimulatorProcess.RunAsync(
            TimeSpan.FromMinutes(30), "seeds", "1..300", "--jobs", "2", "--twice", "--keep-going");

        exitCode.ShouldBe(0, output);
        output.ShouldContain("300 of 300 seeds");
    }

    /// <summary>Workers that share a stream through a lease table: a seed is short, so there are more of them.</summary>
    [Fact, Trait("Category", "Slow")]
    public async Task Seeds_FiveHundredOfStreams_BreakNoRuleAndRepeat()
    {
        var (exitCode, output) = await SimulatorProcess.RunAsync(
            TimeSpan.FromMinutes(30),
            "seeds", "1..500", "--workload", "streams", "--jobs", "2", "--twice", "--keep-going");

        exitCode.ShouldBe(0, output);
        output.ShouldContain("500 of 500 seeds");
    }

    [Theory, InlineData("store"), InlineData("distributor"), InlineData("streams")]
    public async Task Run_OneSeed_DoesSomethingAndRepeats(string workload)
    {
        var (exitCode, output) = await SimulatorProcess.RunAsync(
            patience, "run", "--seed", "7", "--seconds", "5", "--workload", workload, "--twice");

        exitCode.ShouldBe(0, output);
        output.ShouldContain("seed 7: " + workload);
        output.ShouldContain(" s simulated in ");
    }

    [Fact]
    public async Task Seeds_Few_SayHowManySimulatedSecondsASecondOfOneCoreGave()
    {
        var (exitCode, output) = await SimulatorProcess.RunAsync(
            patience, "seeds", "7..8", "--seconds", "2", "--jobs", "1");

        exitCode.ShouldBe(0, output);
        output.ShouldContain("2 of 2 seeds");
        output.ShouldContain(" simulated seconds per second");
    }

    [Fact]
    public async Task Run_Timeline_IsWrittenAsTextAndAsSwimLanes()
    {
        foreach (var name in (string[])["run.txt", "run.html"])
        {
            var path = folder.File(name);
            var (exitCode, output) = await SimulatorProcess.RunAsync(
                patience, "run", "--seed", "7", "--seconds", "2", "--workload", "store", "--timeline", path);

            exitCode.ShouldBe(0, output);
            var text = await File.ReadAllTextAsync(path);
            text.ShouldContain("starts");
            text.Contains("<table>", StringComparison.Ordinal).ShouldBe(name == "run.html");
        }
    }

    [Theory]
    [InlineData("--workload x: must be store, distributor or streams", "run", "--seed", "1", "--workload", "x")]
    [InlineData("--seconds 0: must be above 0", "run", "--seed", "1", "--seconds", "0")]
    [InlineData("Cannot parse argument 'x' for option '--seconds'", "run", "--seed", "1", "--seconds", "x")]
    [InlineData("Cannot parse argument 'x' for option '--members'", "run", "--seed", "1", "--members", "x")]
    [InlineData("Cannot parse argument 'x' for option '--jobs'", "seeds", "1..2", "--jobs", "x")]
    [InlineData("Cannot parse argument 'x' for option '--seeds'", "mutants", "--seeds", "x")]
    [InlineData("--faults a: must be numbers", "run", "--seed", "1", "--faults", "a")]
    [InlineData("5..2: must be seeds as FIRST..LAST", "seeds", "5..2")]
    [InlineData("--jobs 0: must be from 1 to 256", "seeds", "1..2", "--jobs", "0")]
    [InlineData("timeline could not be written", "run", "--seed", "1", "--seconds", "1", "--timeline", "/nowhere/x.html")]
    public async Task BadInput_OneSentenceAndExitCode2(string expected, params string[] arguments)
    {
        var (exitCode, output) = await SimulatorProcess.RunAsync(patience, arguments);

        exitCode.ShouldBe(2, output);
        output.ShouldContain(expected);
        output.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Shrink_SeedThatBreaksNothing_SaysSo()
    {
        var (exitCode, output) = await SimulatorProcess.RunAsync(
            patience, "shrink", "--seed", "7", "--seconds", "1", "--workload", "store");

        exitCode.ShouldBe(2);
        output.ShouldContain("there is nothing to shrink");
    }
}
