using Divvy.Cli.Lab;
using Divvy.Cli.Output;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>A slow worker is stopped by SIGSTOP in the middle of batches until its leases are others', then goes on: it
/// finishes the batches, and what it wants to checkpoint is refused. Others have processed those records.</summary>
internal sealed class PauseWorker : IKclScenario
{
    private const int Sleeper = InitialSetup.Workers + 4;

    /// <summary>So many batches are under way when the worker is stopped.</summary>
    private const int Batches = 2;

    /// <summary>What a batch takes: long enough for some to be under way at nearly any time.</summary>
    private static readonly IReadOnlyList<string> slow = ["--batch-time", "200ms", "--checkpoint-each", "0s"];

    /// <summary>After it the journals hold what a stopped process has written.</summary>
    private static readonly TimeSpan stillness = TimeSpan.FromMilliseconds(100);

    public string Name => "pause";

    public string Title => "a slow worker sleeps past its leases and wakes up";

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var unfinished = stage.Settings.Shards + stage.Settings.Splits;
        var batches = stage.Follow(Sleeper);
        var sleeper = await stage.StartWorkerAsync(Sleeper, slow, cancellationToken);
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);
        var (asleep, begun) = await StopInTheMiddleAsync(stage, sleeper, batches, cancellationToken);
        await stage.WaitAsync(
            "others have the sleeper's leases",
            look => look.Leases.Unfinished.Where(lease => asleep.Contains(lease.Key))
                .All(lease => lease.Holder is { } holder && holder != sleeper.Id),
            cancellationToken);
        var woken = stage.Mark($"SIGCONT {sleeper.Id}");
        sleeper.Process.Signal(UnixSignal.Continue);
        await stage.WaitAsync(
            "the sleeper knows that it lost its leases",
            _ => asleep.All(shard => stage.History.All.Any(
                hold => hold.Shard == shard && hold.Worker == sleeper.Id && hold is { ToMs: { } end, Given: false }
                    && end >= woken)),
            cancellationToken);
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);
        var refused = stage.Refusals.Count(refusal => refusal.Worker == sleeper.Id && refusal.AtMs >= woken);
        report.Add(Bar.IsTrue(
            $"late checkpoints are refused ({refused} were, of {begun} batches under way)", refused > 0));
        report.Add(Bar.None("checkpoints that went back", Backwards(stage)));
        report.Add(Bar.IsTrue($"records of refused batches ({batches.Unkept} there were)", batches.Unkept > 0));
        report.Add(Bar.None("of these not processed by others", batches.Missing));
    }

    /// <summary>Stops the worker, again and again until some batches are under way: their records are processed and
    /// not checkpointed.</summary>
    private static async Task<(HashSet<string> Leases, int Batches)> StopInTheMiddleAsync(
        KclStage stage, KclWorker sleeper, LateBatches batches, CancellationToken cancellationToken)
    {
        var deadline = DateTime.UtcNow + KclStage.Patience;
        while (DateTime.UtcNow < deadline)
        {
            sleeper.Process.Signal(UnixSignal.Stop);
            await Task.Delay(stillness, cancellationToken);
            var look = await stage.LookAsync(cancellationToken);
            var held = look.Leases.Workers.FirstOrDefault(worker => worker.Worker == sleeper.Id);
            if (held is not null && batches.InTheMiddle.Count >= Batches)
            {
                stage.Mark($"SIGSTOP {sleeper.Id}");
                return ([.. held.Leases.Select(lease => lease.Key)], batches.InTheMiddle.Count);
            }
            sleeper.Process.Signal(UnixSignal.Continue);
            await Task.Delay(stillness / 3, cancellationToken);
        }
        throw new CommandException(
            ExitCode.Failed, $"{sleeper.Id} was never in the middle of {Batches} batches: do records flow?");
    }

    private static long Backwards(KclStage stage) => stage.Looks.Zip(stage.Looks.Skip(1)).Sum(pair =>
        pair.Second.Leases.All.Count(later => pair.First.Leases.All.Any(
            earlier => earlier.Key == later.Key && later.Checkpoint.IsBefore(earlier.Checkpoint))));
}
