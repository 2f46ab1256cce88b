using Divvy.Cli.Lab;
using Divvy.Cli.Processes;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>A worker is stopped by SIGSTOP until its leases are others', then goes on: what it wants to write is
/// refused.</summary>
internal sealed class PauseWorker : IKclScenario
{
    public string Name => "pause";

    public string Title => "a worker sleeps past its leases and wakes up";

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var sleeper = stage.Workers[^1];
        var before = await stage.LookAsync(cancellationToken);
        var asleep = before.Leases.Workers.First(worker => worker.Worker == sleeper.Id).Leases
            .Select(lease => lease.Key).ToHashSet();
        stage.Mark($"SIGSTOP {sleeper.Id}");
        sleeper.Process.Signal(UnixSignal.Stop);
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
        report.Add(Bar.None("checkpoints that went back", Backwards(stage)));
        report.Fact($"late checkpoints refused: {stage.Refusals.Count(refused => refused.AtMs >= woken)}");
        await stage.WaitUntilSettledAsync(stage.Settings.Shards + stage.Settings.Splits, cancellationToken);
    }

    private static long Backwards(KclStage stage) => stage.Looks.Zip(stage.Looks.Skip(1)).Sum(pair =>
        pair.Second.Leases.All.Count(later => pair.First.Leases.All.Any(
            earlier => earlier.Key == later.Key && later.Checkpoint.IsBefore(earlier.Checkpoint))));
}
