using Divvy.Core.Streams;

namespace Divvy.Cli.Streams.Leases;

/// <summary>Who holds how many leases, and how even that is. Finished leases are counted apart: they need nobody.
/// </summary>
internal sealed class LeaseDistribution
{
    /// <summary>From here on a difference needs more than waiting.</summary>
    public const int SignificantImbalance = 10;

    /// <summary>Further from the ideal than this is called overloaded or underutilized.</summary>
    public const double Tolerance = 5;

    private LeaseDistribution(
        IReadOnlyList<StreamLease> all, IReadOnlyList<StreamLease> unfinished, IReadOnlyList<WorkerLeases> workers)
    {
        All = all;
        Unfinished = unfinished;
        Workers = workers;
    }

    /// <summary>In the order of their keys.</summary>
    public IReadOnlyList<StreamLease> All { get; }

    public IReadOnlyList<StreamLease> Unfinished { get; }

    /// <summary>In the order of their ids; those that hold nothing are not known.</summary>
    public IReadOnlyList<WorkerLeases> Workers { get; }

    public int Finished => All.Count - Unfinished.Count;

    public IEnumerable<StreamLease> Unassigned => Unfinished.Where(lease => lease.Holder is null);

    public int Assigned => Unfinished.Count - Unassigned.Count();

    public int Most => Workers.Count == 0 ? 0 : Workers.Max(worker => worker.Count);

    public int Least => Workers.Count == 0 ? 0 : Workers.Min(worker => worker.Count);

    public int Imbalance => Most - Least;

    public double Ideal => Workers.Count == 0 ? 0 : (double)Unfinished.Count / Workers.Count;

    public double Mean => Workers.Count == 0 ? 0 : (double)Assigned / Workers.Count;

    /// <summary>Of the population: these are all the workers, not a sample.</summary>
    public double StandardDeviation => Workers.Count == 0
        ? 0
        : Math.Sqrt(Workers.Average(worker => Math.Pow(worker.Count - Mean, 2)));

    /// <summary>The coefficient of variation in percent.</summary>
    public double Variation => Mean > 0 ? 100 * StandardDeviation / Mean : 0;

    public BalanceState State => Imbalance switch
    {
        <= 1 => BalanceState.Balanced,
        < SignificantImbalance => BalanceState.Rebalancing,
        _ => BalanceState.Significant,
    };

    /// <summary>Finished leases whose shards were split or merged.</summary>
    public int Parents => All.Count(lease => lease.IsFinished);

    /// <summary>Leases of shards that came from others.</summary>
    public int Children => All.Count(lease => !lease.Parents.IsEmpty);

    public static LeaseDistribution Of(IEnumerable<StreamLease> leases)
    {
        var all = leases.OrderBy(lease => lease.Key, StringComparer.Ordinal).ToList();
        var unfinished = all.Where(lease => !lease.IsFinished).ToList();
        var workers = unfinished.Where(lease => lease.Holder is not null)
            .GroupBy(lease => lease.Holder!, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new WorkerLeases(group.Key, [.. group]));
        return new(all, unfinished, [.. workers]);
    }

    /// <summary>What the experiment's guide calls a worker with so many leases.</summary>
    public string Judge(WorkerLeases worker) => (worker.Count - Ideal) switch
    {
        > Tolerance => "Overloaded",
        < -Tolerance => "Underutilized",
        _ => "Balanced",
    };

    /// <summary>What the guide calls a coefficient of variation.</summary>
    public string JudgeVariation() => Variation switch
    {
        < 5 => "Excellent balance (CV < 5%)",
        < 15 => "Good balance (CV < 15%)",
        < 30 => "Fair balance (CV < 30%)",
        _ => "Poor balance (CV >= 30%)",
    };
}
