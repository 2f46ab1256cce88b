using System.Globalization;
using Divvy.Core.Streams;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Divvy.Cli.Streams.Leases;

/// <summary>What a terminal shows of the leases.</summary>
internal static class MonitorView
{
    /// <summary>A bar for each lease, up to this many.</summary>
    private const int LongestBar = 60;

    public static IRenderable Render(LeaseDistribution leases)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("worker", "leases", "", "shards");
        foreach (var worker in leases.Workers)
        {
            table.AddRow(
                Markup.Escape(worker.Worker),
                worker.Count.ToString(CultureInfo.InvariantCulture),
                new string('#', Math.Min(worker.Count, LongestBar)),
                Markup.Escape(string.Join(' ', worker.Leases.Select(ShortName))));
        }
        var color = leases.State switch
        {
            BalanceState.Balanced => Color.Green,
            BalanceState.Rebalancing => Color.Yellow,
            _ => Color.Red,
        };
        var unowned = leases.Unassigned.ToList();
        return new Rows(
            new Text($"leases {leases.Unfinished.Count}, assigned {leases.Assigned}, SHARD_END {leases.Finished}"),
            table,
            new Text(
                $"max {leases.Most}, min {leases.Least}, imbalance {leases.Imbalance}: {LeaseText.State(leases.State)}",
                new Style(color)),
            unowned.Count == 0
                ? new Text("every active shard has an owner", new Style(Color.Grey))
                : new Text(
                    $"{unowned.Count} active shards have no owner: {string.Join(' ', unowned.Select(ShortName))}",
                    new Style(Color.Red)));
    }

    private static string ShortName(StreamLease lease)
    {
        var shard = StreamIdentity.ShardOf(lease.Key);
        var number = shard[(shard.IndexOf('-', StringComparison.Ordinal) + 1)..].TrimStart('0');
        return number.Length == 0 ? "0" : number;
    }
}
