using Divvy.Cli.Lab;
using Divvy.Cli.Output;
using Divvy.Cli.Streams.Leases;
using Divvy.Cli.Streams.Resharding;
using Divvy.Streams.Kinesis;

namespace Divvy.Cli.Streams.Lab.Scenarios;

/// <summary>Phase 2 of the guide: ten shards are split while records flow; 10/10/10 over 30 unfinished leases, and
/// every child begins right after its parent's end.</summary>
internal sealed class SplitUnderLoad : IKclScenario
{
    /// <summary>From a parent's end to its child's beginning.</summary>
    public const double ChildLimitMs = 1000;

    public string Name => "phase-2";

    public string Title => "ten splits while records flow";

    public async Task RunAsync(KclStage stage, ScenarioReport report, CancellationToken cancellationToken)
    {
        var began = stage.Mark("ten splits");
        var chosen = SplitChoice.Choose(
            await stage.Kinesis.ListShardsAsync(stage.Stream, cancellationToken), stage.Settings.Splits);
        foreach (var shard in chosen)
            await SplitAsync(stage, shard.Id, SplitChoice.Middle(shard.HashKeys), cancellationToken);
        report.Fact($"Completed {chosen.Count} shard splits");
        var unfinished = stage.Settings.Shards + stage.Settings.Splits;
        var look = await stage.WaitForBalanceAsync(unfinished, cancellationToken);
        report.Add(Bar.IsTrue($"10/10/10 over {unfinished} leases (it is {look.Counts})", look.Counts == "10/10/10"));
        report.Add(Bar.AtMost("coefficient of variation", look.Leases.Variation, 5, "%"));
        report.Fact($"balanced after {(look.AtMs - began) / 1000:0.0} s");
        var delays = Delays(stage, look).ToList();
        report.Add(Bar.AtMost(
            "child begins after its parent's end", delays.Count == 0 ? double.NaN : delays.Max(), ChildLimitMs, "ms"));
        foreach (var line in LeaseText.Analyze(look.Leases))
            report.Fact(line);
    }

    /// <summary>A shard is split again when the stream was busy with the split before.</summary>
    private static async Task SplitAsync(
        KclStage stage, string shard, UInt128 middle, CancellationToken cancellationToken)
    {
        var deadline = DateTime.UtcNow + KclStage.Patience;
        while (true)
        {
            try
            {
                await stage.Kinesis.SplitShardAsync(stage.Stream, shard, middle, cancellationToken);
                return;
            }
            catch (KinesisException busy)
                when (busy.ErrorType == "ResourceInUseException" && DateTime.UtcNow < deadline)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
            catch (KinesisException failure)
            {
                throw new CommandException(ExitCode.Failed, failure.Message, failure);
            }
        }
    }

    private static IEnumerable<double> Delays(KclStage stage, LeaseLook look)
    {
        var holds = stage.History.All.ToList();
        return
            from lease in look.Leases.Unfinished
            where !lease.Parents.IsEmpty
            let child = holds.Find(hold => hold.Shard == lease.Key)
            let ends = holds.Where(hold => hold.Ended && lease.Parents.Contains(hold.Shard)).ToList()
            where child is not null && ends.Count > 0
            select child.FromMs - ends.Max(hold => hold.ToMs!.Value);
    }
}
