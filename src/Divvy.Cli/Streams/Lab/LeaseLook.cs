using Divvy.Cli.Streams.Leases;

namespace Divvy.Cli.Streams.Lab;

/// <summary>The leases at one time.</summary>
/// <param name="AtMs">Milliseconds since 1970, when the answer was there.</param>
/// <param name="Leases">Who holds what.</param>
internal sealed record LeaseLook(double AtMs, LeaseDistribution Leases)
{
    /// <summary>Leases of each worker, the most first: 7/7/6.</summary>
    public string Counts => Leases.Workers.Count == 0
        ? "none"
        : string.Join('/', Leases.Workers.Select(worker => worker.Count).OrderDescending());

    public bool IsOwnedBy(int workers) =>
        Leases.Workers.Count == workers && !Leases.Unassigned.Any() && Leases.Imbalance <= 1;
}
