using Divvy.Cli.Output;
using Divvy.Cli.Streams.Emulation;
using Divvy.TestKit;
using Divvy.TestKit.Kinesis;

namespace Divvy.Cli.Tests.Streams;

public sealed class EmulatorCommandTests
{
    private readonly CapturedConsole console = new();

    [EmulatorFact]
    public async Task Emulator_FreePorts_ServesUntilStoppedThenFreesThem()
    {
        using var directory = new TempDirectory("emulators");
        await using var divvy = DivvyProcess.Start(
            "stream", "emulator", "--kinesis-port", "0", "--dynamodb-port", "0", "--directory", directory.File("e"));
        var line = await divvy.WaitForLineAsync(
            text => text.StartsWith("ready: Kinesis at ", StringComparison.Ordinal),
            "that the emulators serve",
            TimeSpan.FromMinutes(3));
        var endpoint = line.Split(' ')[3].TrimEnd(',');

        (await console.RunAsync("stream", "create", "--shards", "2", "--endpoint", endpoint)).ShouldBe(ExitCode.Ok);

        divvy.Terminate();
        (await divvy.WaitForExitAsync()).ShouldBe(0);
        (await console.RunAsync("stream", "verify", "--endpoint", endpoint)).ShouldBe(ExitCode.Unreachable);
    }

    [Fact]
    public async Task Emulator_WithoutNode_SaysSo()
    {
        var bare = new CommandConsole(TextWriter.Null, TextWriter.Null, IsInteractive: false, _ => "/nonexistent");
        var settings = new EmulatorSettings(0, 0, 10, "/nonexistent");

        var failure = await Should.ThrowAsync<CommandException>(EmulatorProcess.StartAsync(settings, bare, default));

        failure.Code.ShouldBe(ExitCode.Usage);
        failure.Message.ShouldContain("install Node.js");
    }

    [Theory]
    [InlineData("ready kinesis=4567 dynamodb=4568", true)]
    [InlineData("listening", false)]
    public void TryRead_ALine_IsThePortsOrNothing(string line, bool isReady) =>
        (EmulatorPorts.TryRead(line) == new EmulatorPorts(4567, 4568)).ShouldBe(isReady);
}
