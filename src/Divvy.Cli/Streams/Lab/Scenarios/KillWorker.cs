using Divvy.Cli.Lab;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>kill -9 of a worker: its leases are taken when they have run out.</summary>
internal sealed class KillWorker : IKclScenario
{
    public string Name => "kill";

    public string Title => "a worker is killed";

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var unfinished = stage.Settings.Shards + stage.Settings.Splits;
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);
        var victim = stage.Workers[^1];
        var held = stage.History.Count(victim.Id);
        var killed = await stage.KillAsync(victim);
        await stage.WaitAsync(
            $"the {held} leases of {victim.Id} are processed again", _ => Taken().Count >= held, cancellationToken);
        var times = Taken();
        var lease = stage.Settings.LeaseDuration.TotalSeconds;
        report.Add(Bar.AtMost("first lease taken again after", times[0], lease + 1, "s"));
        report.Add(Bar.AtMost("last lease taken again after", times[^1], lease + 3, "s"));
        await stage.WaitUntilSettledAsync(unfinished, cancellationToken);

        List<double> Taken() =>
        [
            .. stage.History.Moves(killed).Where(move => move.Before.Worker == victim.Id)
                .Select(move => (move.After.FromMs - killed) / 1000).Order(),
        ];
    }
}
