using System.Globalization;
using Divvy.Cli.Output;

namespace Divvy.Cli.Streams.Leases;

/// <summary>A distribution in the words of the experiment's guide.</summary>
internal static class LeaseText
{
    public static IEnumerable<string> Monitor(LeaseDistribution leases)
    {
        yield return Text($"Total leases: {leases.Unfinished.Count}");
        var unassigned = leases.Unassigned.Count();
        yield return Text($"Assigned: {leases.Assigned}, unassigned: {unassigned}, SHARD_END: {leases.Finished}");
        yield return "Leases per worker:";
        foreach (var worker in leases.Workers)
            yield return Text($"   {worker.Worker}: {worker.Count} leases");
        yield return Text($"Max: {leases.Most}, min: {leases.Least}, imbalance: {leases.Imbalance}");
        yield return $"Status: {State(leases.State)}";
        if (unassigned > 0)
            yield return Text($"WARNING: {unassigned} active shards have no owner");
    }

    public static IEnumerable<string> Analyze(LeaseDistribution leases)
    {
        yield return "Overall metrics:";
        yield return Text($"   Total shards (leases): {leases.Unfinished.Count}");
        yield return Text($"   Assigned leases: {leases.Assigned}");
        yield return Text($"   Active workers: {leases.Workers.Count}");
        yield return Text($"   Ideal leases per worker: {leases.Ideal:0.00}");
        yield return "Per-worker analysis:";
        foreach (var worker in leases.Workers)
        {
            var deviation = worker.Count - leases.Ideal;
            yield return Text(
                $"   {worker.Worker}: {worker.Count} leases ({deviation:+0.00;-0.00;0.00}) {leases.Judge(worker)}");
        }
        var (mean, spread) = (leases.Mean, leases.StandardDeviation);
        yield return Text($"Mean: {mean:0.00}, standard deviation: {spread:0.00}, CV: {leases.Variation:0.0}%");
        yield return leases.JudgeVariation();
        yield return Text($"Closed parents (SHARD_END): {leases.Parents}, children: {leases.Children}");
    }

    public static TextTable Distribution(LeaseDistribution leases)
    {
        var table = new TextTable(
            "leaseKey", "leaseOwner", "leaseCounter", "checkpointSequenceNumber", "ownerSwitchesSinceCheckpoint",
            "child of");
        foreach (var lease in leases.All)
        {
            table.Add(
                lease.Key,
                lease.Holder,
                lease.Counter,
                lease.Checkpoint.ToString(),
                lease.OwnerSwitchesSinceCheckpoint,
                string.Join(", ", lease.Parents));
        }
        return table;
    }

    public static string State(BalanceState state) => state switch
    {
        BalanceState.Balanced => "Well balanced",
        BalanceState.Rebalancing => "Rebalancing in progress",
        _ => "Significant imbalance detected",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
