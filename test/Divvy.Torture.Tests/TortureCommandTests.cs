namespace Divvy.Torture.Tests;

public sealed class TortureCommandTests
{
    [Theory]
    [InlineData("--members", "0")]
    [InlineData("--members", "x")]
    [InlineData("--rounds", "0")]
    [InlineData("--seed", "x")]
    [InlineData("--writers", "-1")]
    [InlineData("--duration", "5x")]
    [InlineData("--duration", "0s")]
    [InlineData("--target", "consul")]
    [InlineData("--binary", "/nowhere/etcd")]
    [InlineData("--directory", "/proc/nowhere")]
    [InlineData("--nonsense", "1")]
    public async Task Invoke_WrongArgument_IsRefusedBeforeAnythingStarts(string option, string value) =>
        (await TortureCommand.InvokeAsync([option, value])).ShouldBe(TortureCommand.BadArguments);

    /// <summary>Members must not start on the data of another run.</summary>
    [Fact]
    public async Task Invoke_DirectoryInUse_IsRefused() =>
        (await TortureCommand.InvokeAsync(["--directory", AppContext.BaseDirectory]))
            .ShouldBe(TortureCommand.BadArguments);
}
