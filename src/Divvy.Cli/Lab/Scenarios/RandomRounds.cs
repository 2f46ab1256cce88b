using Divvy.Cli.Processes;

namespace Divvy.Cli.Lab.Scenarios;

/// <summary>Random disturbances, one a round, under a light load: after each every shard is held again, and never by
/// two. The seed chooses the rounds.</summary>
internal sealed class RandomRounds : IScenario
{
    private const int RequestsPerSecond = 200;

    private static readonly (string Name, Func<ScenarioContext, LabInstance, CancellationToken, Task> Disturb)[] kinds =
    [
        ("drain", DrainAsync),
        ("kill -9", KillAsync),
        ("pause", PauseAsync),
        ("scale up and down", ScaleAsync),
        ("controller loss", LoseControllerAsync),
    ];

    public string Name => "random";

    public string Title => "random rounds of all of the above";

    public async Task RunAsync(ScenarioContext context, CancellationToken cancellationToken)
    {
        var (stage, report) = (context.Stage, context.Report);
        var dice = new Random(context.Settings.Seed);
        var load = await LabLoad.StartAsync(stage, context.Processes, RequestsPerSecond, cancellationToken);
        var disturbance = stage.Disturb();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 1; round <= context.Settings.Rounds; round++)
        {
            var (name, disturb) = kinds[dice.Next(kinds.Length)];
            var victim = stage.Instances[dice.Next(stage.Instances.Count)];
            counts[name] = counts.GetValueOrDefault(name) + 1;
            await disturb(context, victim, cancellationToken);
            await stage.SettleAsync(cancellationToken);
        }
        var seen = await load.StopAsync(cancellationToken);

        report.Add(Bar.None("lost shards", stage.Shards - stage.Board.Counts(stage.InstanceIds).Values.Sum()));
        report.Add(Bar.None("answers of a former owner", seen.StaleAnswers));
        var chosen = string.Join(", ", counts.Select(count => $"{count.Value} x {count.Key}"));
        report.Fact($"{context.Settings.Rounds} rounds: {chosen}");
        context.RequireNoOverlap(disturbance);
        context.Describe(seen);
        context.DescribeChanges(disturbance, disturbance.Changes(stage.Entries));
    }

    private static async Task DrainAsync(
        ScenarioContext context, LabInstance victim, CancellationToken cancellationToken)
    {
        await context.Stage.DrainAsync(victim);
        await context.Stage.StartInstancesAsync(1, http: true, cancellationToken);
    }

    private static async Task KillAsync(
        ScenarioContext context, LabInstance victim, CancellationToken cancellationToken)
    {
        await context.Stage.KillAsync(victim);
        await context.Stage.StartInstancesAsync(1, http: true, cancellationToken);
    }

    private static async Task PauseAsync(
        ScenarioContext context, LabInstance victim, CancellationToken cancellationToken)
    {
        victim.Process.Signal(UnixSignal.Stop);
        await Task.Delay(2 * context.Settings.SessionTtl, cancellationToken);
        victim.Process.Signal(UnixSignal.Continue);
    }

    private static async Task ScaleAsync(
        ScenarioContext context, LabInstance victim, CancellationToken cancellationToken)
    {
        var joined = await context.Stage.StartInstancesAsync(2, http: true, cancellationToken);
        await context.Stage.SettleAsync(cancellationToken);
        await context.Stage.DrainAsync(joined);
    }

    private static async Task LoseControllerAsync(
        ScenarioContext context, LabInstance victim, CancellationToken cancellationToken)
    {
        var (killed, _) = await LoseController.KillLeaderAsync(context.Stage, cancellationToken);
        context.Stage.Servers.Add(await context.Processes.RestartAsync(killed, cancellationToken));
    }
}
