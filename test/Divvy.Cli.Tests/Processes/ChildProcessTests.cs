using System.Collections.Concurrent;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Tests.Processes;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> error = new();

    [Fact]
    public async Task Exited_AProgramThatEnds_HasItsCodeAndEveryLine()
    {
        await using var child = Start("echo one; echo two >&2; exit 7");

        (await child.Exited.WaitAsync(Patience)).ShouldBe(7);
        output.ShouldBe(["one"]);
        error.ShouldBe(["two"]);
        child.Tail.ShouldContain("two");
    }

    [Fact]
    public async Task StopAsync_AProgramThatEndsInGoodOrder_ReturnsItsCode()
    {
        var ready = new TaskCompletionSource();
        await using var child = ChildProcess.Start(
            "sh", "sh", ["-c", "trap 'exit 3' TERM; echo ready; while :; do read -r line; done"], _ => ready.TrySetResult());
        await ready.Task.WaitAsync(Patience);

        (await child.StopAsync(Patience)).ShouldBe(3);
    }

    [Fact]
    public async Task StopAsync_AProgramThatDoesNotListen_IsKilled()
    {
        var ready = new TaskCompletionSource();
        await using var child = ChildProcess.Start(
            "sh", "sh", ["-c", "trap '' TERM; echo ready; while read -r line; do :; done"], _ => ready.TrySetResult());
        await ready.Task.WaitAsync(Patience);

        (await child.StopAsync(TimeSpan.FromMilliseconds(50))).ShouldBe(128 + UnixSignal.Kill);
    }

    [Fact]
    public async Task OnGone_TheOtherEndOfTheInput_CallsBack()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var input = new MemoryStream([1, 2, 3]);

        ParentWatch.OnGone(input, gone.SetResult);

        await gone.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task StartSupervised_ThisProgram_RunsItAndSaysThatItIsSupervised()
    {
        await using var child = ChildProcess.StartSupervised("check", ["journal", "check"], output.Enqueue, error.Enqueue);

        (await child.Exited.WaitAsync(Patience)).ShouldBe(4);
        error.ShouldContain(line => line.Contains($"no journal {SupervisedOption.Name}", StringComparison.Ordinal));
    }

    [Fact]
    public void Find_ARunOfPorts_AreAllFree()
    {
        var first = Cli.Processes.FreePort.Find(3);

        first.ShouldBeInRange(10_000, 32_000);
    }

    private ChildProcess Start(string script) =>
        ChildProcess.Start("sh", "sh", ["-c", script], output.Enqueue, error.Enqueue);
}
